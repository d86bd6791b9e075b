/** The client of OCI distribution registries. */
@NullMarked
package io.windlass.image.registry;

import org.jspecify.annotations.NullMarked;
