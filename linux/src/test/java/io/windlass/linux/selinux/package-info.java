@NullMarked
package io.windlass.linux.selinux;

import org.jspecify.annotations.NullMarked;
