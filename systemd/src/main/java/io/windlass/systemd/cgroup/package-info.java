/** Control groups that systemd makes and keeps account of. */
@NullMarked
package io.windlass.systemd.cgroup;

import org.jspecify.annotations.NullMarked;
