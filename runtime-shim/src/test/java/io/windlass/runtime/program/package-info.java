/** Tests of the compiler, and the documents they share. */
@NullMarked
package io.windlass.runtime.program;

import org.jspecify.annotations.NullMarked;
