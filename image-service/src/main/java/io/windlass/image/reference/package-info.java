/** Names of images: references, digests and ids. */
@NullMarked
package io.windlass.image.reference;

import org.jspecify.annotations.NullMarked;
