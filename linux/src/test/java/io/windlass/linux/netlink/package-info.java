@NullMarked
package io.windlass.linux.netlink;

import org.jspecify.annotations.NullMarked;
