/** The error model: one exception type, its kinds, and the undoing of half-done work. */
@NullMarked
package io.windlass.fault;

import org.jspecify.annotations.NullMarked;
