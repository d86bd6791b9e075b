/** Seccomp policies and their compilation to classic BPF. */
@NullMarked
package io.windlass.linux.seccomp;

import org.jspecify.annotations.NullMarked;
