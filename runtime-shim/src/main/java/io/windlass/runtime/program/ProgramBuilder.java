package io.windlass.runtime.program;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.linux.MountOption;
import io.windlass.runtime.hook.ContainerHooks;
import io.windlass.runtime.hook.HookRules;
import io.windlass.runtime.oci.Hook;
import io.windlass.runtime.oci.IdMapping;
import io.windlass.runtime.oci.Scheduler;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/** Writes a launch program, one method for each operation, and hands out its slots. Not thread-safe. */
public final class ProgramBuilder {
    /** What MOVE_MOUNT makes when its target is missing. */
    public enum Make {
        NOTHING(0),
        DIRECTORY(1),
        FILE(2),
        AS_SOURCE(3);

        private final int code;

        Make(int code) {
            this.code = code;
        }
    }

    /** OPEN_TREE: the tree below the path, too. */
    public static final int RECURSIVE = 1;

    private static final int STRING_OPTION = 1;
    private static final int FLAG_OPTION = 0;
    private static final int DESCRIPTOR_OPTION = 5;

    /** Where trees are attached for the moment: every machine has it, and no layer, upper layer or volume lies in it. */
    private static final String EVERYWHERE = "/sys";

    private final OverlayLayers layers;
    private final Encoder code = new Encoder(8192);
    private int operations;
    private int slots;

    public ProgramBuilder() {
        this(OverlayLayers.BY_DESCRIPTOR);
    }

    ProgramBuilder(OverlayLayers layers) {
        this.layers = layers;
        code.u16(LaunchProgram.MAGIC & 0xffff).u16(LaunchProgram.MAGIC >>> 16);
        code.u16(LaunchProgram.VERSION).u16(0).u32(0);
    }

    /** @throws Fault RESOURCE_EXHAUSTED when all slots are taken, which only a very large number of mounts does */
    public Slot slot() {
        if (slots == Slot.COUNT) {
            throw new Fault(
                    FaultKind.RESOURCE_EXHAUSTED,
                    "more than about %d mounts are not supported".formatted(Slot.COUNT - 4));
        }
        return new Slot(slots++);
    }

    public LaunchProgram build() {
        code.setU32(8, operations);
        return new LaunchProgram(code.toByteArray());
    }

    public void clone(long flags) {
        emit(Opcode.CLONE, a -> a.u64(flags));
    }

    public void barrier() {
        emit(Opcode.BARRIER, a -> {});
    }

    public void dumpable(boolean value) {
        emit(Opcode.DUMPABLE, a -> a.u32(value ? 1 : 0));
    }

    public void setsid() {
        emit(Opcode.SETSID, a -> {});
    }

    public void writeFile(Path path, String data) {
        emit(Opcode.WRITE_FILE, a -> a.str(path.toString()).bytes(data.getBytes(UTF_8)));
    }

    public void setns(Slot namespace, long type) {
        emit(Opcode.SETNS, a -> a.u32(namespace.number()).u64(type));
    }

    public void setnsTarget(long flags) {
        emit(Opcode.SETNS_TARGET, a -> a.u64(flags));
    }

    public void unshare(long flags) {
        emit(Opcode.UNSHARE, a -> a.u64(flags));
    }

    public void propagation(String path, long flags) {
        emit(Opcode.PROPAGATION, a -> a.str(path).u64(flags));
    }

    public Slot openTree(String path, int flags) {
        Slot into = slot();
        emit(Opcode.OPEN_TREE, a -> a.u32(into.number()).str(path).u32(flags));
        return into;
    }

    public Slot openTreeIn(String root, String path, int flags) {
        Slot into = slot();
        emit(Opcode.OPEN_TREE_IN, a -> a.u32(into.number()).str(root).str(path).u32(flags));
        return into;
    }

    public void mountAttr(Slot tree, long set, long clear, long propagation, Slot userns, boolean recursive) {
        emit(
                Opcode.MOUNT_ATTR,
                a -> a.u32(tree.number())
                        .u64(set)
                        .u64(clear)
                        .u64(propagation)
                        .u32(userns.number())
                        .u32(recursive ? 1 : 0));
    }

    public Slot fsmount(String type, long attributes, List<MountOption> options) {
        return fsmount(type, attributes, "", List.of(), options);
    }

    /** As above, with {@code key} first given once for each of {@code trees}, which are not used again. */
    public Slot fsmount(String type, long attributes, String key, List<Slot> trees, List<MountOption> options) {
        Slot into = slot();
        boolean apart = layers == OverlayLayers.ATTACHED && !trees.isEmpty();
        emit(apart ? Opcode.FSMOUNT_APART : Opcode.FSMOUNT, a -> {
            a.u32(into.number()).str(type).u64(attributes).u32(trees.size() + options.size());
            trees.forEach(tree -> a.u32(DESCRIPTOR_OPTION).str(key).str(Integer.toString(tree.number())));
            for (MountOption option : options) {
                a.u32(option.value().isPresent() ? STRING_OPTION : FLAG_OPTION)
                        .str(option.key())
                        .str(option.value().orElse(""));
            }
            if (apart) {
                a.str(EVERYWHERE);
            }
        });
        return into;
    }

    public void moveMount(Slot tree, String target, Make make) {
        emit(Opcode.MOVE_MOUNT, a -> a.u32(tree.number()).str(target).u32(make.code));
    }

    public void pivot(Slot root, Path attachPoint) {
        emit(Opcode.PIVOT, a -> a.u32(root.number()).str(attachPoint.toString()));
    }

    public void mkdir(String path, int mode, long uid, long gid) {
        emit(Opcode.MKDIR, a -> a.str(path).u32(mode).u32(uid).u32(gid));
    }

    public void mknod(String path, int mode, long major, long minor, long uid, long gid) {
        emit(
                Opcode.MKNOD,
                a -> a.str(path).u32(mode).u32(major).u32(minor).u32(uid).u32(gid));
    }

    public void symlink(String target, String path) {
        emit(Opcode.SYMLINK, a -> a.str(target).str(path));
    }

    public void mask(String path) {
        emit(Opcode.MASK, a -> a.str(path));
    }

    public void readonly(String path) {
        emit(Opcode.READONLY, a -> a.str(path));
    }

    public void sysctl(Slot procfs, String path, String value) {
        emit(Opcode.SYSCTL, a -> a.u32(procfs.number()).str(path).str(value));
    }

    public void rlimit(int resource, long soft, long hard) {
        emit(Opcode.RLIMIT, a -> a.u32(resource).u64(soft).u64(hard));
    }

    public void oomScoreAdj(int value) {
        emit(Opcode.OOM_SCORE_ADJ, a -> a.u32(value));
    }

    public void tty(int columns, int rows, boolean console) {
        emit(Opcode.TTY, a -> a.u32(columns).u32(rows).u32(console ? 1 : 0));
    }

    public void capBounding(long kept) {
        emit(Opcode.CAP_BOUNDING, a -> a.u64(kept));
    }

    public void keepCaps() {
        emit(Opcode.KEEP_CAPS, a -> {});
    }

    public void groups(List<Long> gids) {
        emit(Opcode.GROUPS, a -> {
            a.u32(gids.size());
            gids.forEach(a::u32);
        });
    }

    public void gid(long gid) {
        emit(Opcode.GID, a -> a.u32(gid));
    }

    public void uid(long uid) {
        emit(Opcode.UID, a -> a.u32(uid));
    }

    public void capset(long effective, long permitted, long inheritable) {
        emit(Opcode.CAPSET, a -> a.u64(effective).u64(permitted).u64(inheritable));
    }

    public void capAmbient(long raised) {
        emit(Opcode.CAP_AMBIENT, a -> a.u64(raised));
    }

    public void chdir(String path, boolean make) {
        emit(Opcode.CHDIR, a -> a.str(path).u32(make ? 1 : 0));
    }

    public void noNewPrivs() {
        emit(Opcode.NO_NEW_PRIVS, a -> {});
    }

    public void seccomp(long flags, byte[] filter) {
        emit(Opcode.SECCOMP, a -> a.u32(flags).bytes(filter));
    }

    public void umask(int mask) {
        emit(Opcode.UMASK, a -> a.u32(mask));
    }

    public void hostname(String name) {
        emit(Opcode.HOSTNAME, a -> a.str(name));
    }

    public void lsmExec(Slot procfs, String attribute, String label) {
        emit(Opcode.LSM_EXEC, a -> a.u32(procfs.number()).str(attribute).str(label));
    }

    public void execve(List<String> argv, List<String> environment) {
        emit(Opcode.EXECVE, a -> a.strings(argv).strings(environment));
    }

    public void reclone(long flags) {
        emit(Opcode.RECLONE, a -> a.u64(flags));
    }

    public Slot open(String path, int flags) {
        Slot into = slot();
        emit(Opcode.OPEN, a -> a.u32(into.number()).str(path).u32(flags));
        return into;
    }

    public void close(Slot slot) {
        emit(Opcode.CLOSE, a -> a.u32(slot.number()));
    }

    public void checkFs(Slot mount, long magic) {
        emit(Opcode.CHECK_FS, a -> a.u32(mount.number()).u64(magic));
    }

    public void device(String path, String hostPath) {
        emit(Opcode.DEVICE, a -> a.str(path).str(hostPath));
    }

    public void ownStreams(long uid, long gid) {
        emit(Opcode.OWN_STREAMS, a -> a.u32(uid).u32(gid));
    }

    /** A user namespace that holds no process, for {@link #mapIds}. */
    public Slot userNamespace(List<IdMapping> uids, List<IdMapping> gids) {
        Slot into = slot();
        emit(Opcode.USER_NAMESPACE, a -> a.u32(into.number()).str(lines(uids)).str(lines(gids)));
        return into;
    }

    /** @param source what the failure names */
    public void mapIds(Slot tree, Slot userNamespace, String source, boolean recursive) {
        emit(
                Opcode.MAP_IDS,
                a -> a.u32(tree.number())
                        .u32(userNamespace.number())
                        .str(source)
                        .u32(recursive ? 1 : 0));
    }

    public void attachRoot(Slot root, Path attachPoint) {
        emit(Opcode.ATTACH_ROOT, a -> a.u32(root.number()).str(attachPoint.toString()));
    }

    /** Run by the process itself, where and as it stands then. */
    public void hook(ContainerHooks.Inside inside) {
        Hook hook = inside.hook();
        emit(
                Opcode.HOOK,
                a -> a.str(hook.path())
                        .strings(HookRules.args(hook))
                        .strings(hook.env())
                        .u32(HookRules.milliseconds(HookRules.timeout(hook)))
                        .str(inside.state().before())
                        .str(inside.state().after()));
    }

    public void ioPriority(int schedulingClass, int priority) {
        emit(Opcode.IO_PRIORITY, a -> a.u32(schedulingClass).u32(priority));
    }

    public void scheduler(int policy, long flags, Scheduler wanted) {
        emit(
                Opcode.SCHEDULER,
                a -> a.u32(policy)
                        .u64(flags)
                        .u32(wanted.nice())
                        .u32(wanted.priority())
                        .u64(wanted.runtime())
                        .u64(wanted.deadline())
                        .u64(wanted.period()));
    }

    public void personality(int domain) {
        emit(Opcode.PERSONALITY, a -> a.u32(domain));
    }

    /** @param nodes as 64-bit words, the first node in the lowest bit */
    public void memoryPolicy(int mode, byte[] nodes) {
        emit(Opcode.MEMORY_POLICY, a -> a.u32(mode).bytes(nodes));
    }

    /** The SELinux label of a detached tree's root. */
    public void label(Slot tree, String label) {
        emit(Opcode.LABEL, a -> a.u32(tree.number()).str(label));
    }

    public void sessionKeyring() {
        emit(Opcode.SESSION_KEYRING, a -> {});
    }

    public void pause() {
        emit(Opcode.PAUSE, a -> {});
    }

    /** As uid_map has them (user_namespaces(7)). */
    private static String lines(List<IdMapping> mappings) {
        return mappings.stream()
                .map(one -> one.containerID() + " " + one.hostID() + " " + one.size())
                .collect(Collectors.joining("\n"));
    }

    private void emit(Opcode opcode, Arguments arguments) {
        code.u16(opcode.code()).u16(0).u32(0);
        int start = code.size();
        arguments.write(code);
        code.setU32(start - 4, code.size() - start);
        operations++;
    }

    @FunctionalInterface
    private interface Arguments {
        void write(Encoder encoder);
    }
}
