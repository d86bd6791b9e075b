/** The port to images and writable layers. */
@NullMarked
package io.windlass.pod.rootfs;

import org.jspecify.annotations.NullMarked;
