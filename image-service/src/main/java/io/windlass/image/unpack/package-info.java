/** Layer archives, and how they become directories. */
@NullMarked
package io.windlass.image.unpack;

import org.jspecify.annotations.NullMarked;
