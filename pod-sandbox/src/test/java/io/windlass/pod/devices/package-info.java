@NullMarked
package io.windlass.pod.devices;

import org.jspecify.annotations.NullMarked;
