package io.windlass.runtime.program;

import io.windlass.fault.Fault;
import io.windlass.linux.MountFlags;
import io.windlass.linux.MountOption;
import io.windlass.runtime.oci.Linux;
import io.windlass.runtime.program.ProgramBuilder.Make;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * What a container sees at /sys/fs/cgroup: with cgroup v1 a tmpfs with its own folder of each hierarchy (and of the unified
 * one where the host has it beside), with v2 the cgroup2 file system, whose root is the container's cgroup because it is
 * mounted in the container's cgroup namespace.
 */
final class CgroupMount {
    private static final Path HOST = Path.of("/sys/fs/cgroup");
    private static final long RESTRICTED = MountFlags.ATTR_NOSUID | MountFlags.ATTR_NODEV | MountFlags.ATTR_NOEXEC;

    private final LaunchContext context;
    private final String cgroupsPath;
    private final MountLabel label;
    private final ProgramBuilder program;
    private final List<Hierarchy> hierarchies = new ArrayList<>();
    private boolean readonly;
    private Slot tree = Slot.NONE;

    CgroupMount(LaunchContext context, Linux linux, ProgramBuilder program) {
        this.context = context;
        this.cgroupsPath = linux.cgroupsPath() == null ? "" : linux.cgroupsPath();
        this.label = MountLabel.of(linux);
        this.program = program;
    }

    void openSources(MountOptions options) {
        readonly = options.readonly();
        if (!context.cgroupV1()) {
            if (context.unifiedCgroup().isEmpty()) {
                throw Fault.invalid("a cgroup mount is asked for, but the container has no cgroup");
            }
            return;
        }
        for (Path file : context.cgroupAttachFiles()) {
            Path folder = Objects.requireNonNull(file.getParent(), "an attach file lies in a folder");
            open(name(folder), folder);
        }
        context.unifiedCgroup().ifPresent(folder -> open("unified", folder));
    }

    void mount() {
        if (context.cgroupV1()) {
            tree = program.fsmount(
                    "tmpfs",
                    RESTRICTED,
                    label.with(List.of(MountOption.of("source", "tmpfs"), MountOption.of("mode", "755"))));
        } else {
            tree = program.fsmount("cgroup2", attributes(), List.of(MountOption.of("source", "cgroup")));
        }
    }

    void attach(String destination) {
        program.moveMount(tree, destination, Make.DIRECTORY);
        for (Hierarchy hierarchy : hierarchies) {
            program.moveMount(hierarchy.tree, destination + "/" + hierarchy.name, Make.DIRECTORY);
            if (hierarchy.name.contains(",")) {
                // Programs look for each controller by its own name.
                for (String controller : hierarchy.name.split(",", -1)) {
                    program.symlink(hierarchy.name, destination + "/" + controller);
                }
            }
        }
    }

    void makeReadonly() {
        if (readonly && context.cgroupV1() && !tree.equals(Slot.NONE)) {
            program.mountAttr(tree, MountFlags.ATTR_RDONLY, 0, 0, Slot.NONE, false);
        }
    }

    private void open(String name, Path folder) {
        Slot source = program.openTree(folder.toString(), 0);
        program.mountAttr(source, attributes(), 0, 0, Slot.NONE, false);
        hierarchies.add(new Hierarchy(name, source));
    }

    private long attributes() {
        return readonly ? RESTRICTED | MountFlags.ATTR_RDONLY : RESTRICTED;
    }

    /** The hierarchy of the container's folder in it: what is left of the path without the container's own part. */
    private String name(Path folder) {
        String path = folder.toString();
        String hierarchy = !cgroupsPath.isEmpty() && path.endsWith(cgroupsPath)
                ? path.substring(0, path.length() - cgroupsPath.length())
                : HOST.resolve(HOST.relativize(folder).getName(0)).toString();
        return String.valueOf(Path.of(hierarchy).getFileName());
    }

    private record Hierarchy(String name, Slot tree) {}
}
