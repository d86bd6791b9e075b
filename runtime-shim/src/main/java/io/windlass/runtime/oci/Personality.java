package io.windlass.runtime.oci;

import java.util.List;

/** Execution domain: LINUX or LINUX32. */
public record Personality(String domain, List<String> flags) {
    public Personality {
        flags = Absent.list(flags);
    }
}
