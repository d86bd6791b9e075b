package io.windlass.runtime.program;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.windlass.fault.Fault;
import io.windlass.linux.MountFlags;
import io.windlass.linux.MountOption;
import io.windlass.runtime.oci.Linux;
import io.windlass.runtime.oci.Mount;
import io.windlass.runtime.program.ProgramBuilder.Make;
import java.util.ArrayList;
import java.util.List;

/**
 * The mounts of the document: all sources are opened or mounted while detached and while the host's root can be reached,
 * and attached in the order of the document once the container's root is in place.
 */
final class MountSteps {
    private static final long PROC_SUPER_MAGIC = 0x9fa0;
    private static final long SYSFS_MAGIC = 0x62656572;
    private static final String LAYER = "lowerdir+";
    /** The longest text that fsconfig takes. */
    private static final int LONGEST_VALUE = 255;

    private final List<Planned> mounts;
    private final CgroupMount cgroups;
    private final MountLabel label;
    private final ProgramBuilder program;
    private final MountIds ids;
    private final List<Slot> readonlyLater = new ArrayList<>();

    MountSteps(List<Mount> mounts, CgroupMount cgroups, MountLabel label, ProgramBuilder program) {
        this.mounts = mounts.stream().map(Planned::of).toList();
        this.cgroups = cgroups;
        this.label = label;
        this.program = program;
        this.ids = new MountIds(program);
    }

    /** Before CLONE: what the ids of mounts are mapped by. */
    void prepareIds() {
        ids.prepare(mounts.stream().map(planned -> planned.mount).toList());
    }

    /** Whether the container gets a /dev of its own, in which devices and links are made. */
    boolean ownsDev() {
        return mounts.stream().anyMatch(m -> m.mount.destination().equals("/dev") && !m.options.bind());
    }

    /**
     * Opens the sources of all binds. A tree that is opened while {@code /} is still as on the host stays in its peer group
     * (shared); once {@code /} is a slave the tree receives mounts (slave); once it is private, neither.
     */
    void openSources() {
        mounts.stream().filter(m -> m.options.bind() && m.options.shared()).forEach(this::openSource);
        program.propagation("/", MountFlags.MS_SLAVE | MountFlags.MS_REC);
        mounts.stream().filter(m -> m.options.bind() && m.options.slave()).forEach(this::openSource);
        program.propagation("/", MountFlags.MS_PRIVATE | MountFlags.MS_REC);
        mounts.stream()
                .filter(m -> m.options.bind() && !m.options.shared() && !m.options.slave())
                .forEach(this::openSource);
        mounts.stream().filter(Planned::isCgroup).forEach(m -> cgroups.openSources(m.options));
    }

    /**
     * Opens the sources of all binds as the host's root, for a container that is in a user namespace. The host's own mounts
     * are not touched: how each tree propagates is set on the tree.
     */
    void openSourcesFor(Linux linux, Slot userNamespace) {
        ids.own(linux, userNamespace);
        prepareIds();
        for (Planned mount : mounts) {
            if (mount.options.bind()) {
                openSource(mount);
                if (!mount.options.shared()) {
                    long flag = mount.options.slave() ? MountFlags.MS_SLAVE : MountFlags.MS_PRIVATE;
                    program.mountAttr(mount.slot, 0, 0, flag, Slot.NONE, true);
                }
            } else if (mount.isCgroup()) {
                cgroups.openSources(mount.options);
            } else if (mount.isOverlay()) {
                mountOverlay(mount);
            }
        }
    }

    /** Mounts what is no bind, detached. */
    void mountFileSystems() {
        for (Planned mount : mounts) {
            if (!mount.slot.equals(Slot.NONE)) {
                continue;
            }
            if (mount.isCgroup()) {
                cgroups.mount();
            } else if (mount.isOverlay() && (mount.hasLongLayers() || MountIds.mapped(mount.mount))) {
                mountOverlay(mount);
            } else if (!mount.options.bind()) {
                mountFileSystem(mount);
            }
        }
    }

    void attach() {
        for (Planned mount : mounts) {
            if (mount.isCgroup()) {
                cgroups.attach(mount.mount.destination());
            } else {
                program.moveMount(
                        mount.slot, mount.mount.destination(), mount.options.bind() ? Make.AS_SOURCE : Make.DIRECTORY);
                if (mount.options.propagation() != 0 && !mount.options.bind()) {
                    propagate(mount);
                }
            }
        }
    }

    /** Takes the right to write from file systems in which mount points, devices and links had to be made first. */
    void makeReadonly() {
        for (Slot tree : readonlyLater) {
            program.mountAttr(tree, MountFlags.ATTR_RDONLY, 0, 0, Slot.NONE, false);
        }
        cgroups.makeReadonly();
    }

    private void openSource(Planned mount) {
        String source = mount.mount.source();
        int flags = mount.options.recursiveBind() ? ProgramBuilder.RECURSIVE : 0;
        mount.slot = mount.options.root().isEmpty()
                ? program.openTree(source, flags)
                : program.openTreeIn(mount.options.root(), source, flags);
        MountOptions o = mount.options;
        if (o.recursiveSet() != 0 || o.recursiveClear() != 0) {
            program.mountAttr(mount.slot, o.recursiveSet(), o.recursiveClear(), 0, Slot.NONE, true);
        }
        if (o.set() != 0 || o.clear() != 0) {
            program.mountAttr(mount.slot, o.set(), o.clear(), 0, Slot.NONE, false);
        }
        ids.map(mount.mount, mount.slot, o.recursiveBind());
        if (o.shared() || (o.propagation() & MountFlags.MS_UNBINDABLE) != 0) {
            propagate(mount);
        }
    }

    /** Its layers by descriptor: with owners as the user namespace has them, and with paths of any length. */
    private void mountOverlay(Planned mount) {
        List<Slot> layers = new ArrayList<>();
        List<MountOption> others = new ArrayList<>();
        for (MountOption option : mount.options.data()) {
            if (option.key().equals(LAYER)) {
                Slot layer = program.openTree(option.value().orElse(""), 0);
                program.mountAttr(layer, MountFlags.ATTR_RDONLY, 0, 0, ids.of(mount.mount), false);
                layers.add(layer);
            } else {
                others.add(option);
            }
        }
        long attributes = mount.options.set() | mount.options.recursiveSet();
        mount.slot = program.fsmount("overlay", attributes, LAYER, layers, label.with(others));
        layers.forEach(program::close);
    }

    private void propagate(Planned mount) {
        long flags = mount.options.propagation();
        program.mountAttr(mount.slot, 0, 0, flags & ~MountFlags.MS_REC, Slot.NONE, (flags & MountFlags.MS_REC) != 0);
    }

    private void mountFileSystem(Planned mount) {
        String type = mount.mount.type();
        MountOptions options = mount.options;
        long attributes = options.set() | options.recursiveSet();
        boolean holdsMountPoints = type.equals("tmpfs");
        if (holdsMountPoints) {
            attributes &= ~MountFlags.ATTR_RDONLY;
        }
        List<MountOption> data = new ArrayList<>();
        if (!mount.mount.source().isEmpty()) {
            data.add(MountOption.of("source", mount.mount.source()));
        }
        // Every devpts is a new instance by now; the option is only left in old documents.
        options.data().stream()
                .filter(o -> !(type.equals("devpts") && o.key().equals("newinstance")))
                .forEach(data::add);
        mount.slot = program.fsmount(type, attributes, label.of(type, data));
        if (holdsMountPoints && options.readonly()) {
            readonlyLater.add(mount.slot);
        }
        // Masks and kernel settings rely on these two being what they are called.
        switch (type) {
            case "proc" -> program.checkFs(mount.slot, PROC_SUPER_MAGIC);
            case "sysfs" -> program.checkFs(mount.slot, SYSFS_MAGIC);
            case "mqueue" -> label.put(mount.slot, program);
            default -> {}
        }
    }

    /** A mount on its way. */
    private static final class Planned {
        private final Mount mount;
        private final MountOptions options;
        private Slot slot = Slot.NONE;

        private Planned(Mount mount, MountOptions options) {
            this.mount = mount;
            this.options = options;
        }

        static Planned of(Mount mount) {
            MountOptions options = MountOptions.parse(mount.options());
            if (!mount.destination().startsWith("/")) {
                throw Fault.invalid("mount destination '%s' is not an absolute path".formatted(mount.destination()));
            }
            if (options.bind() && !options.data().isEmpty()) {
                throw Fault.unimplemented("mount option %s is not supported for bind mount %s"
                        .formatted(options.data().getFirst(), mount.destination()));
            }
            if (!options.bind() && !options.root().isEmpty()) {
                throw Fault.invalid("mount %s confines its source, but binds nothing".formatted(mount.destination()));
            }
            Planned planned = new Planned(mount, options);
            if (MountIds.mapped(mount) && !options.bind() && !planned.isOverlay()) {
                throw Fault.unimplemented("id mappings of mount %s, which is a new %s, are not supported"
                        .formatted(mount.destination(), mount.type()));
            }
            return planned;
        }

        boolean isOverlay() {
            return !options.bind() && mount.type().equals("overlay");
        }

        boolean hasLongLayers() {
            return options.data().stream()
                    .filter(option -> option.key().equals(LAYER))
                    .anyMatch(option -> option.value().orElse("").getBytes(UTF_8).length > LONGEST_VALUE);
        }

        boolean isCgroup() {
            return !options.bind()
                    && (mount.type().equals("cgroup") || mount.type().equals("cgroup2"));
        }
    }
}
