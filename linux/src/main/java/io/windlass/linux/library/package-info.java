/**
 * C libraries of the node that do what the JDK does, with the processor's own instructions. The daemon's JVM has no second compiler, and so
 * none of the code that would make the JDK's classes as fast. What is not there, or does not do what it should, is not used.
 */
@NullMarked
package io.windlass.linux.library;

import org.jspecify.annotations.NullMarked;
