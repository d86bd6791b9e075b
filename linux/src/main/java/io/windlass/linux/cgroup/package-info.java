/** Control groups, version 1 (one hierarchy a controller), hybrid, and version 2, behind one interface. */
@NullMarked
package io.windlass.linux.cgroup;

import org.jspecify.annotations.NullMarked;
