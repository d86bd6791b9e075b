/** The plugins: how they come, what they are told, how they go. */
@NullMarked
package io.windlass.nri.plugin;

import org.jspecify.annotations.NullMarked;
