/**
 * Launch programs: the flat list of operations by which the helper turns a process into a container, and the compiler that
 * writes them from an OCI document. The format is design note 0003.
 */
@NullMarked
package io.windlass.runtime.program;

import org.jspecify.annotations.NullMarked;
