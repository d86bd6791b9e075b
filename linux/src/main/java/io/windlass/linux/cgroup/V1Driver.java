package io.windlass.linux.cgroup;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.fault.Rollback;
import io.windlass.linux.Syscalls;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Control groups of version 1, with a cgroup2 hierarchy beside them where there is one. */
final class V1Driver implements CgroupDriver {
    private final CgroupMounts mounts;
    private final Syscalls kernel;

    V1Driver(CgroupMounts mounts, Syscalls kernel) {
        this.mounts = mounts;
        this.kernel = kernel;
    }

    @Override
    public CgroupVersion version() {
        return CgroupVersion.V1;
    }

    @Override
    public Cgroup create(String path, CgroupResources resources) {
        GroupPath group = GroupPath.of(path);
        try (Rollback rollback = new Rollback("create cgroup " + path)) {
            for (CgroupMounts.Hierarchy hierarchy : mounts.hierarchies()) {
                make(hierarchy.root(), group, hierarchy.controllers().contains("cpuset"), rollback);
            }
            mounts.unified().ifPresent(root -> make(root, group, false, rollback));
            V1Cgroup created = open(group);
            created.update(resources);
            rollback.commit();
            return created;
        }
    }

    private void make(Path root, GroupPath group, boolean cpuset, Rollback rollback) {
        ControlDirectory top = new ControlDirectory(root, kernel);
        ControlDirectory above = top;
        for (String parent : group.parents()) {
            ControlDirectory directory = top.below(parent);
            // Not undone: another pod may have come to use it meanwhile.
            directory.ensure();
            if (cpuset) {
                inheritCpuset(above, directory);
            }
            above = directory;
        }
        ControlDirectory leaf = top.below(group.relative());
        if (!leaf.make()) {
            throw new Fault(
                    FaultKind.ALREADY_EXISTS, "cannot make cgroup " + group.text() + ": " + leaf.path() + " exists");
        }
        rollback.onFailure("remove " + leaf.path(), () -> GroupRemoval.removeTree(leaf));
        if (cpuset) {
            inheritCpuset(above, leaf);
        }
    }

    // A new cpuset is empty, and the kernel refuses processes until both lists are set.
    private static void inheritCpuset(ControlDirectory parent, ControlDirectory child) {
        for (String file : List.of("cpuset.cpus", "cpuset.mems")) {
            if (child.read(file).orElse("").isEmpty()) {
                child.write(file, parent.read(file).orElse(""));
            }
        }
    }

    @Override
    public Optional<Cgroup> find(String path) {
        V1Cgroup group = open(GroupPath.of(path));
        return group.exists() ? Optional.of(group) : Optional.empty();
    }

    private V1Cgroup open(GroupPath group) {
        List<V1Cgroup.Part> parts = new ArrayList<>();
        for (CgroupMounts.Hierarchy hierarchy : mounts.hierarchies()) {
            Path directory = hierarchy.root().resolve(group.relative());
            parts.add(new V1Cgroup.Part(
                    hierarchy.root(), new ControlDirectory(directory, kernel), hierarchy.controllers()));
        }
        return new V1Cgroup(group, parts, mounts.unified(), kernel);
    }
}
