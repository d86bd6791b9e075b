/** Pods and containers as values: what requests say, what answers tell. No wire type comes here. */
@NullMarked
package io.windlass.pod.model;

import org.jspecify.annotations.NullMarked;
