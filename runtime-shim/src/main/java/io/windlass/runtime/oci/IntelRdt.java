package io.windlass.runtime.oci;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Cache and memory bandwidth allocation (resctrl). */
public record IntelRdt(
        @Nullable String closID,
        List<String> schemata,
        @Nullable String l3CacheSchema,
        @Nullable String memBwSchema,
        boolean enableMonitoring) {
    public IntelRdt {
        schemata = Absent.list(schemata);
    }
}
