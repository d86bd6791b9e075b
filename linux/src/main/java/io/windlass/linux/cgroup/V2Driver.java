package io.windlass.linux.cgroup;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.fault.Rollback;
import io.windlass.linux.SyscallException;
import io.windlass.linux.Syscalls;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Control groups of version 2. */
final class V2Driver implements CgroupDriver {
    private static final List<String> CONTROLLERS = List.of("cpuset", "cpu", "io", "memory", "hugetlb", "pids");

    private final Path root;
    private final Syscalls kernel;

    V2Driver(Path root, Syscalls kernel) {
        this.root = root;
        this.kernel = kernel;
    }

    @Override
    public CgroupVersion version() {
        return CgroupVersion.V2;
    }

    @Override
    public Cgroup create(String path, CgroupResources resources) {
        GroupPath group = GroupPath.of(path);
        ControlDirectory top = new ControlDirectory(root, kernel);
        try (Rollback rollback = new Rollback("create cgroup " + path)) {
            enableControllers(top);
            for (String parent : group.parents()) {
                ControlDirectory directory = top.below(parent);
                // Not undone: another pod may have come to use it meanwhile.
                directory.ensure();
                enableControllers(directory);
            }
            ControlDirectory leaf = top.below(group.relative());
            if (!leaf.make()) {
                throw new Fault(
                        FaultKind.ALREADY_EXISTS, "cannot make cgroup " + path + ": " + leaf.path() + " exists");
            }
            rollback.onFailure("remove " + leaf.path(), () -> GroupRemoval.removeTree(leaf));
            Cgroup created = new V2Cgroup(group, root, kernel);
            created.update(resources);
            rollback.commit();
            return created;
        }
    }

    // A controller reaches a group only when every group above hands it down. One that cannot be handed down (cpu,
    // while
    // realtime processes run) is left out: a limit that needs it is refused later, by the name of the missing file.
    private static void enableControllers(ControlDirectory directory) {
        Set<String> missing = new HashSet<>(words(directory, "cgroup.controllers"));
        missing.retainAll(CONTROLLERS);
        missing.removeAll(words(directory, "cgroup.subtree_control"));
        if (missing.isEmpty()) {
            return;
        }
        try {
            directory.write("cgroup.subtree_control", "+" + String.join(" +", missing));
        } catch (SyscallException all) {
            for (String controller : missing) {
                try {
                    directory.write("cgroup.subtree_control", "+" + controller);
                } catch (SyscallException one) {
                    all.addSuppressed(one);
                }
            }
            if (all.getSuppressed().length == missing.size()) {
                throw all.fault("cannot hand controllers " + missing + " down from cgroup " + directory.path());
            }
        }
    }

    private static Set<String> words(ControlDirectory directory, String file) {
        return Set.of(directory.read(file).orElse("").split(" ", -1));
    }

    @Override
    public Optional<Cgroup> find(String path) {
        GroupPath group = GroupPath.of(path);
        return new ControlDirectory(root.resolve(group.relative()), kernel).exists()
                ? Optional.of(new V2Cgroup(group, root, kernel))
                : Optional.empty();
    }
}
