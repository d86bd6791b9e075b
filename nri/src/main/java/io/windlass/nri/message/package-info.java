/** Pods and containers in the words of NRI's messages. */
@NullMarked
package io.windlass.nri.message;

import org.jspecify.annotations.NullMarked;
