@NullMarked
package io.windlass.pod.container;

import org.jspecify.annotations.NullMarked;
