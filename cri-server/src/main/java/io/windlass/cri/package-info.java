/** The daemon: its command line and its life from start to end. */
@NullMarked
package io.windlass.cri;

import org.jspecify.annotations.NullMarked;
