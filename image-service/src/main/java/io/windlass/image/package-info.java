/** Images on this node: pulled, listed, removed, and turned into root filesystems. */
@NullMarked
package io.windlass.image;

import org.jspecify.annotations.NullMarked;
