/** Checks on the wire formats themselves. */
@NullMarked
package io.windlass.proto;

import org.jspecify.annotations.NullMarked;
