package io.windlass.pod.spec;

import io.windlass.fault.Fault;
import io.windlass.pod.model.IdMapping;
import io.windlass.pod.model.Mount;
import io.windlass.pod.model.UserNamespace;
import io.windlass.runtime.shim.PodNamespace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * What a container's volumes may say of ids: of which files of theirs which of the node's users are owners.
 *
 * @param idMappable whether a tree of the node's can be seen with the pod's ids
 */
record MappedVolumes(Optional<UserNamespace> pod, Predicate<Path> idMappable) {
    private static final long IDS = 1L << 32;

    static final MappedVolumes NONE = new MappedVolumes(Optional.empty(), _ -> false);

    static MappedVolumes of(SpecRequest request, Node node) {
        Path pin = request.namespacePins().get(PodNamespace.USER);
        return pin == null
                ? NONE
                : new MappedVolumes(
                        request.user(), tree -> node.users().idMappable().test(tree, pin));
    }

    void check(Mount mount, Path source, String what) {
        if (mount.uidMappings().isEmpty() && mount.gidMappings().isEmpty()) {
            return;
        }
        if (mount.uidMappings().isEmpty() != mount.gidMappings().isEmpty()) {
            throw Fault.invalid("cannot " + what + ": uidMappings and gidMappings need each other");
        }
        check(mount.uidMappings(), "uidMappings", what);
        check(mount.gidMappings(), "gidMappings", what);
        requireMappable(source, what + ": uidMappings");
    }

    private static void check(List<IdMapping> mappings, String field, String what) {
        for (IdMapping one : mappings) {
            // The highest number is no id: system calls mean "unchanged" by it.
            if (one.length() == 0 || one.hostId() + one.length() >= IDS || one.containerId() + one.length() >= IDS) {
                throw Fault.invalid("cannot " + what + ": " + field + " has length " + one.length() + " from host_id "
                        + one.hostId() + " and container_id " + one.containerId() + " on, which is no range of ids");
            }
        }
    }

    /** Refuses a source on a filesystem whose mounts cannot be mapped, by the name of that filesystem. */
    void requireMappable(Path source, String what) {
        if (pod.isPresent() && !idMappable.test(source)) {
            throw Fault.precondition("cannot " + what + " need idmapped mounts, which " + typeOf(source) + " at "
                    + source + ", or what is mounted below it, does not have");
        }
    }

    private static String typeOf(Path source) {
        try {
            return "filesystem " + Files.getFileStore(source).type();
        } catch (IOException e) {
            return "the filesystem";
        }
    }
}
