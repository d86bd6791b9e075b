/** What is known of images: names, layers and the blobs they use. */
@NullMarked
package io.windlass.image.store;

import org.jspecify.annotations.NullMarked;
