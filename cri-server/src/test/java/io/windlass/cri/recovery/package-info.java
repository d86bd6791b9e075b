@NullMarked
package io.windlass.cri.recovery;

import org.jspecify.annotations.NullMarked;
