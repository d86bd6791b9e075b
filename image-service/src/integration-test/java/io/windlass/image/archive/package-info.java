/** Archives against real filesystems. */
@NullMarked
package io.windlass.image.archive;

import org.jspecify.annotations.NullMarked;
