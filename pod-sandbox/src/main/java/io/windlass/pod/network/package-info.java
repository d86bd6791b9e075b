/** How a pod's network namespace gets its interfaces, addresses, routes and host ports. */
@NullMarked
package io.windlass.pod.network;

import org.jspecify.annotations.NullMarked;
