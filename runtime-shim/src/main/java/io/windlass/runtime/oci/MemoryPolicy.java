package io.windlass.runtime.oci;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** NUMA policy of the process's memory: a mode ("MPOL_BIND"), nodes ("0-1") and flags. */
public record MemoryPolicy(String mode, @Nullable String nodes, List<String> flags) {
    public MemoryPolicy {
        flags = Absent.list(flags);
    }
}
