/** Which servers are asked for a registry's images, and how: read from the files that nodes have for it. */
@NullMarked
package io.windlass.image.hosts;

import org.jspecify.annotations.NullMarked;
