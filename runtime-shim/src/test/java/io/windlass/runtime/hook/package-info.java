@NullMarked
package io.windlass.runtime.hook;

import org.jspecify.annotations.NullMarked;
