package io.windlass.runtime.program;

import io.windlass.runtime.oci.Seccomp;

/** Makes the filter of a policy. */
@FunctionalInterface
public interface SeccompCompiler {
    /** @return an array of struct sock_filter, as the kernel takes it */
    byte[] compile(Seccomp policy);
}
