package io.windlass.pod.model;

import java.util.List;

/**
 * The user namespace of a pod.
 *
 * @param uids which of the node's user ids the pod's are, {@code gids} the same of groups; none with mode NODE
 */
public record UserNamespace(NamespaceMode mode, List<IdMapping> uids, List<IdMapping> gids) {
    public UserNamespace {
        uids = List.copyOf(uids);
        gids = List.copyOf(gids);
    }
}
