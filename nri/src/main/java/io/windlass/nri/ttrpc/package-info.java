/** Remote calls over one socket in both directions: ttrpc on multiplexed connections. */
@NullMarked
package io.windlass.nri.ttrpc;

import org.jspecify.annotations.NullMarked;
