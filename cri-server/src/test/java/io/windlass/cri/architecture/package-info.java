@NullMarked
package io.windlass.cri.architecture;

import org.jspecify.annotations.NullMarked;
