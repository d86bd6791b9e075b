/** What sandboxes and containers are made with: folders, mounts, cgroups, shims. */
@NullMarked
package io.windlass.pod.lifecycle;

import org.jspecify.annotations.NullMarked;
