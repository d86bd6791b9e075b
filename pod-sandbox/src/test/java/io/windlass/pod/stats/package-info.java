@NullMarked
package io.windlass.pod.stats;

import org.jspecify.annotations.NullMarked;
