/** How pulls go on, and how they went: fed by the pulls, read by whoever wants to show it. */
@NullMarked
package io.windlass.image.progress;

import org.jspecify.annotations.NullMarked;
