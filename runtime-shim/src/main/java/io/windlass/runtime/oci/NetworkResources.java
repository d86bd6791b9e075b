package io.windlass.runtime.oci;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Marks of the net_cls and net_prio controllers. */
public record NetworkResources(@Nullable Long classID, List<InterfacePriority> priorities) {
    public NetworkResources {
        priorities = Absent.list(priorities);
    }
}
