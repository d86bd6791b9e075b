/** From a CRI configuration and an image to an OCI document. */
@NullMarked
package io.windlass.pod.spec;

import org.jspecify.annotations.NullMarked;
