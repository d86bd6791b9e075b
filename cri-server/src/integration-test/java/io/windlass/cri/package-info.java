@NullMarked
package io.windlass.cri;

import org.jspecify.annotations.NullMarked;
