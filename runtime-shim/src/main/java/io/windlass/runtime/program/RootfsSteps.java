package io.windlass.runtime.program;

import io.windlass.fault.Fault;
import io.windlass.linux.MountFlags;
import io.windlass.linux.MountOption;
import io.windlass.linux.NamespaceType;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Mounts the root filesystem, detached, in the container's own mount namespace, and makes it the root. */
final class RootfsSteps {
    /** Every machine has it, its users may enter it, and after the sysfs is mounted nothing looks there any more. */
    private static final Path REACHABLE = Path.of("/sys");

    private final RootTree root;
    private final MountLabel label;
    private final ProgramBuilder program;
    private Slot tree = Slot.NONE;

    RootfsSteps(RootTree root, MountLabel label, ProgramBuilder program) {
        this.root = root;
        this.label = label;
        this.program = program;
    }

    void mount() {
        if (root.upper().isEmpty() && root.lowers().size() == 1) {
            // The kernel refuses an overlay of a single layer.
            label.refuse("a root of one read-only layer");
            tree = program.openTree(root.lowers().getFirst().toString(), 0);
            program.mountAttr(tree, MountFlags.ATTR_RDONLY, 0, 0, Slot.NONE, false);
            return;
        }
        List<MountOption> options = new ArrayList<>();
        // One option for each layer: no limit by the size of a page, and nothing in a path has to be escaped.
        root.lowers().forEach(layer -> options.add(MountOption.of("lowerdir+", layer.toString())));
        options.addAll(upperOptions());
        tree = program.fsmount("overlay", 0, options);
    }

    private List<MountOption> upperOptions() {
        List<MountOption> options = new ArrayList<>();
        root.upper().ifPresent(upper -> options.add(MountOption.of("upperdir", upper.toString())));
        root.work().ifPresent(work -> options.add(MountOption.of("workdir", work.toString())));
        if (root.volatileUpper() && root.upper().isPresent()) {
            options.add(MountOption.flag("volatile"));
        }
        return label.with(options);
    }

    /** As {@link #mount}, with layers whose owners are seen as the user namespace has them; its root owns the upper layer. */
    void mountFor(Slot userNamespace) {
        List<Slot> layers = new ArrayList<>();
        for (Path lower : root.lowers()) {
            Slot layer = program.openTree(lower.toString(), 0);
            program.mountAttr(layer, MountFlags.ATTR_RDONLY, 0, 0, userNamespace, false);
            layers.add(layer);
        }
        tree = program.fsmount("overlay", 0, "lowerdir+", layers, upperOptions());
        layers.forEach(program::close);
    }

    /** The first half of {@link #pivot}: from then on paths are the container's, and the host's tree is still there. */
    void attach() {
        program.attachRoot(tree, root.attachPoint());
    }

    void pivot() {
        program.pivot(tree, root.attachPoint());
    }

    /** By way of a folder that whoever is root only in a user namespace can reach. */
    void pivotInUserNamespace() {
        program.pivot(tree, REACHABLE);
    }

    /**
     * Takes the finished tree along into another mount namespace.
     *
     * @param home the namespace to go to
     */
    void carryTo(Slot home) {
        Slot whole = program.openTree("/", ProgramBuilder.RECURSIVE);
        program.setns(home, NamespaceType.MOUNT.flag());
        program.moveMount(whole, root.attachPoint().toString(), ProgramBuilder.Make.NOTHING);
    }

    /** After all that is made in the root: mount points, devices, the working directory. */
    void makeReadonly() {
        program.mountAttr(tree, MountFlags.ATTR_RDONLY, 0, 0, Slot.NONE, false);
    }

    /** How mounts that are made later on the root itself propagate. */
    void propagation(String wanted) {
        long flag = switch (wanted) {
            // The root is a new mount: it has no master, so slave and private are the same for it.
            case "", "private", "rprivate", "slave", "rslave" -> 0;
            case "shared", "rshared" -> MountFlags.MS_SHARED;
            case "unbindable", "runbindable" -> MountFlags.MS_UNBINDABLE;
            default -> throw Fault.invalid("linux.rootfsPropagation cannot be " + wanted);
        };
        if (flag != 0) {
            program.mountAttr(tree, 0, 0, flag, Slot.NONE, false);
        }
    }
}
