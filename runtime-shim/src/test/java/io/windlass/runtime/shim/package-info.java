/** Tests of the shim's client. */
@NullMarked
package io.windlass.runtime.shim;

import org.jspecify.annotations.NullMarked;
