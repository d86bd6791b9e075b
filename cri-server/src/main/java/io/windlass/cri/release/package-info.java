/** Which release this is. */
@NullMarked
package io.windlass.cri.release;

import org.jspecify.annotations.NullMarked;
