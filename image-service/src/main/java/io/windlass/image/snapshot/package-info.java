/** Writable layers of containers above an image's layers. */
@NullMarked
package io.windlass.image.snapshot;

import org.jspecify.annotations.NullMarked;
