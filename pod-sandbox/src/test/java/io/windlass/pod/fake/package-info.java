@NullMarked
package io.windlass.pod.fake;

import org.jspecify.annotations.NullMarked;
