/** What pods and containers use, as the metrics that cAdvisor made the standard. */
@NullMarked
package io.windlass.pod.stats;

import org.jspecify.annotations.NullMarked;
