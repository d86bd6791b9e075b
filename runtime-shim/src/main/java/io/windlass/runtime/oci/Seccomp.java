package io.windlass.runtime.oci;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A seccomp policy. */
public record Seccomp(
        String defaultAction,
        @Nullable Integer defaultErrnoRet,
        List<String> architectures,
        List<String> flags,
        @Nullable String listenerPath,
        @Nullable String listenerMetadata,
        List<SeccompSyscall> syscalls) {
    public Seccomp {
        architectures = Absent.list(architectures);
        flags = Absent.list(flags);
        syscalls = Absent.list(syscalls);
    }
}
