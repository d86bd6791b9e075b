/** Attaching pods by CNI plugins (Container Network Interface specification 1.0). */
@NullMarked
package io.windlass.pod.network.cni;

import org.jspecify.annotations.NullMarked;
