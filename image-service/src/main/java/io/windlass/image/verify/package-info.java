/** What an examination of the image store is to do, and what it found. */
@NullMarked
package io.windlass.image.verify;

import org.jspecify.annotations.NullMarked;
