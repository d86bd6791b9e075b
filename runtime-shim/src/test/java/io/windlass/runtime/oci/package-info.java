/** Tests of the OCI records. */
@NullMarked
package io.windlass.runtime.oci;

import org.jspecify.annotations.NullMarked;
