/** The operator's command {@code windlass}: it speaks to the daemon over its CRI socket. */
@NullMarked
package io.windlass.cli;

import org.jspecify.annotations.NullMarked;
