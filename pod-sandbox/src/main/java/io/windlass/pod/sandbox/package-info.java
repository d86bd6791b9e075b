/** Operations on sandboxes, one class each. */
@NullMarked
package io.windlass.pod.sandbox;

import org.jspecify.annotations.NullMarked;
