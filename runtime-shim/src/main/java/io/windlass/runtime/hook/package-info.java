/** Hooks of containers: what they are told, in which order they run, and who runs them. */
@NullMarked
package io.windlass.runtime.hook;

import org.jspecify.annotations.NullMarked;
