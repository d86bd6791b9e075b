/**
 * The Linux part of the OCI runtime specification 1.3 as records: the form in which everything that shapes a container (CRI
 * fields, CDI edits, NRI adjustments) meets before it becomes a launch program.
 *
 * <p>A field that is absent in JSON is null, an empty collection or an empty map here, and is left out when written.
 * Collections are never null and never change.
 */
@NullMarked
package io.windlass.runtime.oci;

import org.jspecify.annotations.NullMarked;
