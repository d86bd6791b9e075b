/** Folders and writable layers as tar archives. */
@NullMarked
package io.windlass.image.archive;

import org.jspecify.annotations.NullMarked;
