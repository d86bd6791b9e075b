/** The content-addressed store of blobs. */
@NullMarked
package io.windlass.image.content;

import org.jspecify.annotations.NullMarked;
