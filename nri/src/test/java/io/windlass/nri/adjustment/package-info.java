@NullMarked
package io.windlass.nri.adjustment;

import org.jspecify.annotations.NullMarked;
