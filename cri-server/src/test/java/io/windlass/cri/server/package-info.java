@NullMarked
package io.windlass.cri.server;

import org.jspecify.annotations.NullMarked;
