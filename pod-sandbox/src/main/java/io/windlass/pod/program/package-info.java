/** Programs of the node that the daemon runs. */
@NullMarked
package io.windlass.pod.program;

import org.jspecify.annotations.NullMarked;
