/** The feed of what happens to pods and containers. */
@NullMarked
package io.windlass.pod.events;

import org.jspecify.annotations.NullMarked;
