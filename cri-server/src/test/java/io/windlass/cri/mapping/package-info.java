@NullMarked
package io.windlass.cri.mapping;

import org.jspecify.annotations.NullMarked;
