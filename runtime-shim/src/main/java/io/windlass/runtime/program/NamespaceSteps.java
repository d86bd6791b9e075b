package io.windlass.runtime.program;

import io.windlass.fault.Fault;
import io.windlass.linux.MountFlags;
import io.windlass.linux.NamespaceType;
import io.windlass.runtime.oci.IdMapping;
import io.windlass.runtime.oci.Linux;
import io.windlass.runtime.oci.Namespace;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** Which namespaces the container's first process is born with, and which it joins. */
final class NamespaceSteps {
    private static final int O_RDONLY = 0;

    private final List<Namespace> namespaces;
    private final ProgramBuilder program;

    NamespaceSteps(Linux linux, ProgramBuilder program) {
        this.namespaces = linux.namespaces();
        this.program = program;
    }

    /** The new namespaces, all but the cgroup one, which must not be made before the process is in its cgroup. */
    void cloneChild() {
        program.clone(fresh() & ~NamespaceType.CGROUP.flag());
    }

    /**
     * For who restores processes: on the host's PIDs, because the restored ones bring their namespace. Two mount namespaces,
     * one to build the container's tree in, and one to go back to, with the host's files.
     *
     * @return the one to go back to
     */
    Slot cloneRestorer() {
        program.clone(NamespaceType.MOUNT.flag());
        program.propagation("/", MountFlags.MS_SLAVE | MountFlags.MS_REC);
        Slot home = program.open("/proc/thread-self/ns/mnt", O_RDONLY);
        program.unshare(NamespaceType.MOUNT.flag());
        return home;
    }

    /**
     * Enters the user namespace and becomes its root; the new namespaces are made from inside, so that it owns them, by a
     * clone that takes this process's place.
     */
    void enterUserNamespace(Slot userNamespace) {
        program.setns(userNamespace, NamespaceType.USER.flag());
        program.groups(List.of());
        program.gid(0);
        program.uid(0);
        program.reclone(fresh());
    }

    /**
     * Before a user namespace is entered: the root inside must own the streams, to give them to the user that the process
     * becomes; of the host's root it knows nothing.
     */
    static void giveStreams(Linux linux, ProgramBuilder program) {
        program.ownStreams(root(linux.uidMappings()), root(linux.gidMappings()));
    }

    private static long root(List<IdMapping> mappings) {
        return mappings.stream()
                .filter(mapping -> mapping.containerID() == 0 && mapping.size() > 0)
                .findFirst()
                .map(IdMapping::hostID)
                .orElseThrow(
                        () -> Fault.invalid("linux.uidMappings and gidMappings must say what id 0 is on the host"));
    }

    private long fresh() {
        long flags = NamespaceType.MOUNT.flag();
        for (Namespace namespace : namespaces) {
            if (namespace.path() == null) {
                flags |= type(namespace).flag();
            }
        }
        return flags;
    }

    /** The user namespace that the container is to be in. */
    Optional<Slot> openUserNamespace() {
        return namespaces.stream()
                .filter(n -> n.type().equals(Namespace.USER))
                .findFirst()
                .map(n -> program.open(Objects.requireNonNull(n.path()), O_RDONLY));
    }

    /**
     * Joins those given by path, before anything is mounted: sysfs shows the network namespace of whoever mounts it, mqueue
     * the IPC namespace. A PID namespace cannot be joined here, only be born into; the shim does that.
     */
    void join() {
        for (Namespace namespace : namespaces) {
            if (namespace.path() != null && !notJoinedHere(namespace)) {
                Slot file = program.open(namespace.path(), O_RDONLY);
                program.setns(file, type(namespace).flag());
            }
        }
    }

    private static boolean notJoinedHere(Namespace namespace) {
        return namespace.type().equals(Namespace.PID) || namespace.type().equals(Namespace.USER);
    }

    boolean makes(String type) {
        return namespaces.stream().anyMatch(n -> n.type().equals(type) && n.path() == null);
    }

    private static NamespaceType type(Namespace namespace) {
        return switch (namespace.type()) {
            case Namespace.PID -> NamespaceType.PID;
            case Namespace.NETWORK -> NamespaceType.NETWORK;
            case Namespace.MOUNT -> NamespaceType.MOUNT;
            case Namespace.IPC -> NamespaceType.IPC;
            case Namespace.UTS -> NamespaceType.UTS;
            case Namespace.CGROUP -> NamespaceType.CGROUP;
            default -> throw Fault.invalid("there is no namespace of type " + namespace.type());
        };
    }
}
