/** Pods and containers as they are kept: immutable definitions beside changing conditions. */
@NullMarked
package io.windlass.pod.store;

import org.jspecify.annotations.NullMarked;
