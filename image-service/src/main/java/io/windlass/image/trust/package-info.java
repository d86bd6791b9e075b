/** What the node's signature policies ask of an image, and whether it has that. */
@NullMarked
package io.windlass.image.trust;

import org.jspecify.annotations.NullMarked;
