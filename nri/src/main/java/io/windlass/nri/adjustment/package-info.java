/** What plugins ask for: merged, checked for conflicts, and applied. */
@NullMarked
package io.windlass.nri.adjustment;

import org.jspecify.annotations.NullMarked;
