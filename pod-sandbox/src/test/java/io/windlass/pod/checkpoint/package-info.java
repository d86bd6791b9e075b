/** Tests of checkpoints without CRIU. */
@NullMarked
package io.windlass.pod.checkpoint;

import org.jspecify.annotations.NullMarked;
