/** What registries describe images with: indexes, manifests, configs. */
@NullMarked
package io.windlass.image.manifest;

import org.jspecify.annotations.NullMarked;
