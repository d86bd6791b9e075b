@NullMarked
package io.windlass.cri.config;

import org.jspecify.annotations.NullMarked;
