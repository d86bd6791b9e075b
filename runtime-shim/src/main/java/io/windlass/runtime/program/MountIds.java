package io.windlass.runtime.program;

import io.windlass.runtime.oci.IdMapping;
import io.windlass.runtime.oci.Linux;
import io.windlass.runtime.oci.Mount;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The user namespaces that map the ids of mounts: the container's own where it has the same ids, else one made for them. Not thread-safe. */
final class MountIds {
    private final ProgramBuilder program;
    private final Map<Ids, Slot> namespaces = new HashMap<>();

    MountIds(ProgramBuilder program) {
        this.program = program;
    }

    /** The namespace that the container is in, whose ids mounts may have, too. */
    void own(Linux linux, Slot namespace) {
        namespaces.put(new Ids(linux.uidMappings(), linux.gidMappings()), namespace);
    }

    /** Before CLONE: the maps of a process are written by a number that only the shim's own PID namespace knows. */
    void prepare(List<Mount> mounts) {
        for (Mount mount : mounts) {
            if (mapped(mount)) {
                namespaces.computeIfAbsent(Ids.of(mount), ids -> program.userNamespace(ids.uids(), ids.gids()));
            }
        }
    }

    static boolean mapped(Mount mount) {
        return !mount.uidMappings().isEmpty();
    }

    /** {@link Slot#NONE} for a mount that shows its files' own ids. */
    Slot of(Mount mount) {
        return mapped(mount) ? namespaces.getOrDefault(Ids.of(mount), Slot.NONE) : Slot.NONE;
    }

    /** Maps the ids of a tree that is not attached yet. */
    void map(Mount mount, Slot tree, boolean recursive) {
        if (mapped(mount)) {
            program.mapIds(tree, of(mount), mount.source(), recursive);
        }
    }

    private record Ids(List<IdMapping> uids, List<IdMapping> gids) {
        static Ids of(Mount mount) {
            return new Ids(mount.uidMappings(), mount.gidMappings());
        }
    }
}
