/**
 * The helper's processes as Java sees them: one zygote for the machine, one shim for each pod, reached over the control
 * protocol of design note 0003.
 */
@NullMarked
package io.windlass.runtime.shim;

import org.jspecify.annotations.NullMarked;
