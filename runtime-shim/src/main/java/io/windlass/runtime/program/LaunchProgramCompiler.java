package io.windlass.runtime.program;

import io.windlass.fault.Fault;
import io.windlass.linux.MountFlags;
import io.windlass.linux.NamespaceType;
import io.windlass.runtime.hook.ContainerHooks;
import io.windlass.runtime.oci.ConsoleSize;
import io.windlass.runtime.oci.Linux;
import io.windlass.runtime.oci.Mount;
import io.windlass.runtime.oci.Namespace;
import io.windlass.runtime.oci.Process;
import io.windlass.runtime.oci.Root;
import io.windlass.runtime.oci.Spec;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Turns an OCI document into the launch program of a container, and a process into that of an exec. Thread-safe.
 *
 * <p>The order of the operations is the security of the container; the reason of each place is told where it is emitted.
 */
public final class LaunchProgramCompiler {
    private static final int DIRECTORY_MODE = 0755;

    private static final List<String> HOST_ENVIRONMENT =
            List.of("PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C");

    private final SeccompCompiler seccomp;
    private final OverlayLayers layers;

    public LaunchProgramCompiler(SeccompCompiler seccomp, OverlayLayers layers) {
        this.seccomp = seccomp;
        this.layers = layers;
    }

    /** @throws Fault UNIMPLEMENTED naming what the document asks for in vain, INVALID_ARGUMENT naming what is wrong in it */
    public LaunchProgram create(Spec spec, LaunchContext context) {
        try {
            Unsupported.check(spec);
            Process process = Objects.requireNonNull(spec.process(), "process");
            check(process);
            Linux linux = Objects.requireNonNullElseGet(
                    spec.linux(), () -> Linux.builder().build());
            return new Creation(spec, process, linux, context).compile();
        } catch (Fault fault) {
            throw fault.in("cannot create container " + context.containerId());
        }
    }

    /**
     * The program of a container whose processes are restored: all that it would find is built, attached at the root's attach
     * point, and {@code command} is executed on the host's files in place of the container's program.
     *
     * @throws Fault as {@link #create}
     */
    public LaunchProgram restore(Spec spec, LaunchContext context, List<String> command) {
        try {
            Unsupported.check(spec);
            Process process = Objects.requireNonNull(spec.process(), "process");
            check(process);
            Linux linux = Objects.requireNonNullElseGet(
                    spec.linux(), () -> Linux.builder().build());
            if (linux.namespace(Namespace.USER).isPresent() || process.terminal()) {
                throw Fault.unimplemented("a container with a user namespace or a terminal cannot be restored");
            }
            if (spec.hooks() != null && !spec.hooks().none()) {
                throw Fault.unimplemented("a container with hooks cannot be restored");
            }
            if (process.selinuxLabel() != null && !process.selinuxLabel().isEmpty()) {
                throw Fault.unimplemented(
                        "a container with an SELinux label (process.selinuxLabel) cannot be restored");
            }
            return new Creation(spec, process, linux, context).compileRestore(command);
        } catch (Fault fault) {
            throw fault.in("cannot restore container " + context.containerId());
        }
    }

    /** @throws Fault as {@link #create} */
    public LaunchProgram exec(Process process, ExecContext context) {
        try {
            check(process);
            return compileExec(process, context);
        } catch (Fault fault) {
            throw fault.in("cannot exec in container " + context.containerId());
        }
    }

    /** The program of a command on the host's files and with the host's rights, in the namespaces of whoever runs it. */
    public LaunchProgram onHost(List<String> command) {
        ProgramBuilder program = new ProgramBuilder();
        program.clone(0);
        program.setsid();
        program.execve(command, HOST_ENVIRONMENT);
        return program.build();
    }

    private static void check(Process process) {
        Unsupported.check(process);
        if (process.args().isEmpty()) {
            throw Fault.invalid("process.args is empty");
        }
        if (!process.cwd().startsWith("/")) {
            throw Fault.invalid("process.cwd '%s' is not an absolute path".formatted(process.cwd()));
        }
    }

    private LaunchProgram compileExec(Process process, ExecContext context) {
        ProgramBuilder program = new ProgramBuilder();
        CgroupSteps cgroups = new CgroupSteps(context.cgroupAttachFiles(), program);
        program.clone(0);
        // Before the container's namespaces are entered: from then on its processes could look into this one.
        program.dumpable(false);
        program.setsid();
        cgroups.attach();
        cgroups.attachCpu();
        // Lowering the score and raising limits are rights of the host's root.
        oomScore(process, program);
        Rlimits.emit(process.rlimits(), program);
        Linux linux = context.linux();
        SchedulingSteps.emit(process, linux, program);
        boolean user = linux != null && linux.namespace(Namespace.USER).isPresent();
        if (linux != null && user) {
            NamespaceSteps.giveStreams(linux, program);
        }
        program.setnsTarget((user ? (long) NamespaceType.USER.flag() : 0L)
                | NamespaceType.MOUNT.flag()
                | NamespaceType.NETWORK.flag()
                | NamespaceType.IPC.flag()
                | NamespaceType.UTS.flag()
                | NamespaceType.CGROUP.flag());
        KernelSettingSteps settings =
                new KernelSettingSteps(Map.of(), process.apparmorProfile(), process.selinuxLabel(), program);
        settings.mountProcfs();
        terminal(process, program, false);
        settings.labelNextExec();
        new CredentialSteps(
                        process, linux == null ? null : linux.seccomp(), seccomp, program, List.of(), context.sealed())
                .emit();
        return program.build();
    }

    private static void terminal(Process process, ProgramBuilder program, boolean console) {
        if (process.terminal()) {
            ConsoleSize size = Objects.requireNonNullElse(process.consoleSize(), new ConsoleSize(0, 0));
            program.tty(size.width(), size.height(), console);
        }
    }

    private static void oomScore(Process process, ProgramBuilder program) {
        Integer oomScoreAdj = process.oomScoreAdj();
        if (oomScoreAdj != null) {
            program.oomScoreAdj(oomScoreAdj);
        }
    }

    /** The compilation of one container. */
    private final class Creation {
        private final Spec spec;
        private final Process process;
        private final Linux linux;
        private final LaunchContext context;
        private final ProgramBuilder program = new ProgramBuilder(layers);
        private final NamespaceSteps namespaces;
        private final CgroupSteps cgroups;
        private final RootfsSteps rootfs;
        private final MountSteps mounts;
        private final KernelSettingSteps settings;
        private final ContainerHooks hooks;

        Creation(Spec spec, Process process, Linux linux, LaunchContext context) {
            this.spec = spec;
            this.process = process;
            this.linux = linux;
            this.context = context;
            this.hooks = ContainerHooks.of(context.containerId(), spec, context.bundle());
            this.namespaces = new NamespaceSteps(linux, program);
            this.cgroups = new CgroupSteps(context.cgroupAttachFiles(), program);
            this.rootfs = new RootfsSteps(context.root(), MountLabel.of(linux), program);
            this.mounts = new MountSteps(
                    hostsWhereNeeded(spec.mounts()),
                    new CgroupMount(context, linux, program),
                    MountLabel.of(linux),
                    program);
            this.settings =
                    new KernelSettingSteps(linux.sysctl(), process.apparmorProfile(), process.selinuxLabel(), program);
        }

        /**
         * In a user namespace these show only namespaces that it owns; where the container has the host's, the host's own
         * mount is bound in their place.
         */
        private List<Mount> hostsWhereNeeded(List<Mount> mounts) {
            if (linux.namespace(Namespace.USER).isEmpty()) {
                return mounts;
            }
            return mounts.stream().map(this::hostsWhereNeeded).toList();
        }

        private Mount hostsWhereNeeded(Mount mount) {
            return switch (mount.type()) {
                case "sysfs" -> boundUnless(Namespace.NETWORK, mount, "/sys");
                case "proc" -> boundUnless(Namespace.PID, mount, "/proc");
                // Hierarchies of version 1 are bound one by one anyway.
                case "cgroup", "cgroup2" ->
                    context.cgroupV1() ? mount : boundUnless(Namespace.CGROUP, mount, "/sys/fs/cgroup");
                default -> mount;
            };
        }

        private Mount boundUnless(String namespace, Mount mount, String host) {
            return linux.namespace(namespace).isPresent()
                    ? mount
                    : Mount.bind(host, mount.destination(), mount.options().toArray(String[]::new));
        }

        LaunchProgram compile() {
            Optional<Slot> userNamespace = namespaces.openUserNamespace();
            if (userNamespace.isPresent()) {
                becomeChildIn(userNamespace.get());
            } else {
                mounts.prepareIds();
                becomeChild();
            }
            return finish();
        }

        /** What needs the host's root is done before the user namespace is entered, by the shim and by the first child. */
        private void becomeChildIn(Slot userNamespace) {
            // By the shim: only the host's root may map ids of mounts.
            mounts.openSourcesFor(linux, userNamespace);
            rootfs.mountFor(userNamespace);
            program.clone(0);
            program.dumpable(false);
            cgroups.attach();
            cgroups.attachCpu();
            namespaces.join();
            // Lowering the score and raising limits are rights of the host's root.
            oomScore(process, program);
            Rlimits.emit(process.rlimits(), program);
            SchedulingSteps.emit(process, linux, program);
            NamespaceSteps.giveStreams(linux, program);
            namespaces.enterUserNamespace(userNamespace);
            program.dumpable(false);
            program.setsid();
            program.umask(0);
            hostname();
            program.propagation("/", MountFlags.MS_SLAVE | MountFlags.MS_REC);
            // Before the root changes: the kernel gives a procfs and a sysfs only where one can be seen whole.
            mounts.mountFileSystems();
            settings.mountProcfs();
            enterRoot(rootfs::pivotInUserNamespace);
            lock();
        }

        private LaunchProgram finish() {
            program.barrier();
            settings.labelNextExec();
            new CredentialSteps(
                            process,
                            linux.seccomp(),
                            seccomp,
                            program,
                            hooks.startContainer(),
                            SealedProjects.sealed(spec))
                    .emit();
            return program.build();
        }

        private void becomeChild() {
            startChild();
            prepareDetached();
            // While the host's /proc and /sys can still be reached.
            oomScore(process, program);
            cgroups.attachCpu();
            enterRoot(rootfs::pivot);
            lock();
            if (isolatesCgroups() && context.cgroupV1()) {
                cgroups.isolate();
            }
            SchedulingSteps.emit(process, linux, program);
            // Late, because a small limit (of a file's size) would hit the steps above.
            Rlimits.emit(process.rlimits(), program);
        }

        /**
         * What makes processes has the rights, the files and the PIDs of the host: it gives up its rights in the processes that
         * it makes, as they were saved. The cgroup namespace is made by it, for them to be born in.
         */
        LaunchProgram compileRestore(List<String> command) {
            Slot home = namespaces.cloneRestorer();
            beginChild();
            prepareDetached();
            oomScore(process, program);
            cgroups.attachCpu();
            enterRoot(rootfs::pivot);
            lock();
            rootfs.carryTo(home);
            if (isolatesCgroups() && context.cgroupV1()) {
                cgroups.isolate();
            }
            program.barrier();
            program.execve(command, HOST_ENVIRONMENT);
            return program.build();
        }

        private void startChild() {
            namespaces.cloneChild();
            beginChild();
        }

        private void beginChild() {
            // First of all: nobody in a namespace that is joined may trace this process or open its descriptors.
            program.dumpable(false);
            program.setsid();
            // Modes are meant as they are given.
            program.umask(0);
            cgroups.attach();
            if (isolatesCgroups() && !context.cgroupV1()) {
                // cgroup2 shows the cgroup namespace of whoever mounts it, and the process was cloned into its cgroup.
                cgroups.isolate();
            }
            namespaces.join();
            hostname();
        }

        private void hostname() {
            String hostname = spec.hostname();
            if (hostname != null && !hostname.isEmpty() && namespaces.makes(Namespace.UTS)) {
                program.hostname(hostname);
            }
        }

        /** All that comes from the host, held by descriptor before the image's content can play a part in any path. */
        private void prepareDetached() {
            mounts.openSources();
            rootfs.mount();
            mounts.mountFileSystems();
            settings.mountProcfs();
        }

        /** Hooks of the creation find the whole tree where their bundle says that it is, and not yet pivoted to. */
        private void enterRoot(Runnable pivot) {
            if (hooks.beforePivot()) {
                rootfs.attach();
                furnish();
                if (hooks.pause()) {
                    program.pause();
                }
                hooks.createContainer().forEach(program::hook);
                rootfs.pivot();
            } else {
                pivot.run();
                furnish();
            }
            terminal(process, program, mounts.ownsDev());
            settings.sysctls();
        }

        private void furnish() {
            mounts.attach();
            DeviceSteps devices = new DeviceSteps(program);
            if (mounts.ownsDev()) {
                if (linux.namespace(Namespace.USER).isPresent()) {
                    devices.bind(linux.devices());
                } else {
                    devices.make(linux.devices());
                }
                devices.link();
            }
            if (!process.cwd().equals("/")) {
                // Made now, when the root can still be written and the process is still root.
                program.mkdir(process.cwd(), DIRECTORY_MODE, 0, 0);
            }
        }

        private void lock() {
            linux.readonlyPaths().forEach(program::readonly);
            linux.maskedPaths().forEach(program::mask);
            mounts.makeReadonly();
            rootfs.propagation(Objects.requireNonNullElse(linux.rootfsPropagation(), ""));
            Root root = spec.root();
            if (root != null && root.readonly()) {
                rootfs.makeReadonly();
            }
        }

        private boolean isolatesCgroups() {
            return namespaces.makes(Namespace.CGROUP);
        }
    }
}
