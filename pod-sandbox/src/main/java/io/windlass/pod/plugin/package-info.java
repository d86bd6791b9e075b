/** The port for what takes part in the life of pods and containers from outside (NRI plugins). */
@NullMarked
package io.windlass.pod.plugin;

import org.jspecify.annotations.NullMarked;
