/** rtnetlink: links, addresses and routes, spoken directly to the kernel. */
@NullMarked
package io.windlass.linux.netlink;

import org.jspecify.annotations.NullMarked;
