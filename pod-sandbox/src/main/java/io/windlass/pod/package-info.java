/** Pods and containers: the wiring of the operations. */
@NullMarked
package io.windlass.pod;

import org.jspecify.annotations.NullMarked;
