package io.windlass.pod.spec;

import io.windlass.fault.Fault;
import io.windlass.pod.model.IdMapping;
import io.windlass.pod.model.NamespaceMode;
import io.windlass.pod.model.UserNamespace;
import java.util.List;
import java.util.Optional;

/** Which user namespaces a request may ask for. */
public final class UserNamespaceRules {
    private static final long IDS = 1L << 32;

    private UserNamespaceRules() {}

    /** Refuses what no pod can have; {@code field} is how the message names the place. */
    static void check(UserNamespace user, String field) {
        switch (user.mode()) {
            case NODE -> {
                if (!user.uids().isEmpty() || !user.gids().isEmpty()) {
                    throw Fault.invalid("cannot use " + field + ": mode NODE takes no uids and no gids");
                }
            }
            case POD -> {
                check(user.uids(), field + ".uids");
                check(user.gids(), field + ".gids");
            }
            case CONTAINER, TARGET ->
                throw Fault.invalid(
                        "cannot use " + field + ".mode " + user.mode() + ": only POD and NODE have a meaning there");
        }
    }

    private static void check(List<IdMapping> mappings, String field) {
        if (mappings.size() != 1) {
            throw Fault.invalid("cannot use " + field + ": it has " + mappings.size()
                    + " mappings, and a pod's user namespace has exactly one");
        }
        IdMapping mapping = mappings.getFirst();
        if (mapping.containerId() != 0) {
            throw Fault.invalid("cannot use " + field + ": container_id 0 is not mapped, the mapping begins with "
                    + mapping.containerId());
        }
        // The highest number is no id: system calls mean "unchanged" by it.
        if (mapping.length() == 0 || mapping.hostId() + mapping.length() >= IDS) {
            throw Fault.invalid("cannot use " + field + ": length " + mapping.length() + " from host_id "
                    + mapping.hostId() + " on is no range of ids");
        }
    }

    /** Refuses a pod with a user namespace on a node that has none. */
    public static void check(Optional<UserNamespace> own, Node node, String what) {
        if (own.isPresent() && !node.users().available()) {
            throw Fault.precondition(
                    "cannot " + what
                            + ": namespace_options.userns_options.mode POD needs idmapped mounts and user.max_user_namespaces above 0");
        }
    }

    /** A container is in its pod's user namespace: it may repeat what the pod has, or say nothing. */
    static void checkContainer(SpecRequest request) {
        Optional<UserNamespace> asked = request.security().namespaceOptions().user();
        Optional<UserNamespace> pod = request.user();
        boolean same =
                asked.isEmpty() || (asked.get().mode() == NamespaceMode.NODE && pod.isEmpty()) || asked.equals(pod);
        if (!same) {
            throw Fault.invalid("cannot create container " + request.config().metadata()
                    + ": its namespace_options.userns_options are not those of its pod");
        }
    }
}
