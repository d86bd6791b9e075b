@NullMarked
package io.windlass.nri.plugin;

import org.jspecify.annotations.NullMarked;
