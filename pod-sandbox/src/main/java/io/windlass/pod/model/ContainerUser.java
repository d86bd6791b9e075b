package io.windlass.pod.model;

import java.util.List;

/** Who a container's first process runs as, from the start. */
public record ContainerUser(long uid, long gid, List<Long> supplementalGroups) {
    public ContainerUser {
        supplementalGroups = List.copyOf(supplementalGroups);
    }
}
