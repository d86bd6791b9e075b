package io.windlass.pod.lifecycle;

import io.windlass.fault.Fault;
import io.windlass.pod.model.IdMapping;
import io.windlass.pod.model.NamespaceOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Who a pod's root is on the node: 0 unless the pod has a user namespace of its own.
 *
 * @param uids the pod's mapping, or none
 */
public record RootOwner(List<IdMapping> uids, List<IdMapping> gids) {
    public static RootOwner of(NamespaceOptions namespaces) {
        return namespaces
                .ownUser()
                .map(user -> new RootOwner(user.uids(), user.gids()))
                .orElse(new RootOwner(List.of(), List.of()));
    }

    public long uid() {
        return onNode(uids, 0);
    }

    public long gid() {
        return onNode(gids, 0);
    }

    /** Gives a file that has its owner by the node's numbers to the same number of the pod; to the pod's root where there is none. */
    public void adopt(Path file) {
        if (uids.isEmpty()) {
            return;
        }
        try {
            Map<String, Object> owner = Files.readAttributes(file, "unix:uid,gid", LinkOption.NOFOLLOW_LINKS);
            Files.setAttribute(file, "unix:uid", (int) onNode(uids, number(owner, "uid")), LinkOption.NOFOLLOW_LINKS);
            Files.setAttribute(file, "unix:gid", (int) onNode(gids, number(owner, "gid")), LinkOption.NOFOLLOW_LINKS);
        } catch (IOException e) {
            throw Fault.internal("cannot give " + file + " to the pod's root: " + e.getMessage(), e);
        }
    }

    private static long number(Map<String, Object> owner, String name) {
        return Integer.toUnsignedLong(((Number) owner.getOrDefault(name, 0)).intValue());
    }

    private static long onNode(List<IdMapping> mappings, long id) {
        if (mappings.isEmpty()) {
            return id;
        }
        IdMapping mapping = mappings.getFirst();
        return mapping.onNode(mapping.holds(id) ? id : 0);
    }
}
