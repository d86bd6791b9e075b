/** Builds the daemon's parts and connects them. */
@NullMarked
package io.windlass.cri.wiring;

import org.jspecify.annotations.NullMarked;
