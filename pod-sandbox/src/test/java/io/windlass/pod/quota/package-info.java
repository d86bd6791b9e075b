@NullMarked
package io.windlass.pod.quota;

import org.jspecify.annotations.NullMarked;
