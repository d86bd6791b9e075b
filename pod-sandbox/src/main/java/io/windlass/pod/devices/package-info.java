/** Devices of the node by name: the Container Device Interface, whose specification files vendors put into folders. */
@NullMarked
package io.windlass.pod.devices;

import org.jspecify.annotations.NullMarked;
