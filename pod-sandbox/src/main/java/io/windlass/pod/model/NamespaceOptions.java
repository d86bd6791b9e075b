package io.windlass.pod.model;

import java.util.Optional;

/** The namespace modes of a sandbox or container; {@code targetId} counts with {@link NamespaceMode#TARGET} only. */
public record NamespaceOptions(
        NamespaceMode network, NamespaceMode pid, NamespaceMode ipc, String targetId, Optional<UserNamespace> user) {
    /** What a request means that says nothing: the zero values of the wire format. */
    public static final NamespaceOptions DEFAULT =
            new NamespaceOptions(NamespaceMode.POD, NamespaceMode.POD, NamespaceMode.POD, "", Optional.empty());

    /** The user namespace that the pod has of its own; empty when it shares the node's. */
    public Optional<UserNamespace> ownUser() {
        return user.filter(options -> options.mode() == NamespaceMode.POD);
    }
}
