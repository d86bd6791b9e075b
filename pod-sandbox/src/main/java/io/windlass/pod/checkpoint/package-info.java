/** Checkpoints of containers: how CRIU is called, what lies in an archive, and what waits to be restored. */
@NullMarked
package io.windlass.pod.checkpoint;

import org.jspecify.annotations.NullMarked;
