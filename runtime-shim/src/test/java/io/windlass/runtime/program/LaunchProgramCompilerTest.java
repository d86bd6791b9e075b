package io.windlass.runtime.program;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.runtime.oci.ConsoleSize;
import io.windlass.runtime.oci.CpuAffinity;
import io.windlass.runtime.oci.IdMapping;
import io.windlass.runtime.oci.IntelRdt;
import io.windlass.runtime.oci.Linux;
import io.windlass.runtime.oci.Mount;
import io.windlass.runtime.oci.Namespace;
import io.windlass.runtime.oci.NetDevice;
import io.windlass.runtime.oci.Personality;
import io.windlass.runtime.oci.Process;
import io.windlass.runtime.oci.Rlimit;
import io.windlass.runtime.oci.Root;
import io.windlass.runtime.oci.Seccomp;
import io.windlass.runtime.oci.Spec;
import io.windlass.runtime.oci.TimeOffset;
import io.windlass.runtime.oci.User;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class LaunchProgramCompilerTest {
    private static final Path GROUP = Path.of("/sys/fs/cgroup");
    private static final Seccomp POLICY =
            new Seccomp("SCMP_ACT_ERRNO", null, List.of(), List.of("SECCOMP_FILTER_FLAG_LOG"), null, null, List.of());

    private final LaunchProgramCompiler compiler = compiler(OverlayLayers.BY_DESCRIPTOR);

    private static LaunchProgramCompiler compiler(OverlayLayers layers) {
        return new LaunchProgramCompiler(policy -> new byte[3 * 8], layers);
    }

    @Test
    void compilesATypicalContainerOfAPod() {
        List<Mount> mounts = new ArrayList<>(TypicalContainer.mounts());
        mounts.add(Mount.of("cgroup", "cgroup", "/sys/fs/cgroup", "nosuid", "noexec", "nodev", "relatime", "ro"));
        mounts.add(Mount.bind("/var/lib/pod/hosts", "/etc/hosts", "rprivate", "rw"));
        mounts.add(Mount.bind("/var/lib/volume", "/data", "rslave", "ro"));
        Linux linux = TypicalContainer.linux()
                .namespaces(List.of(
                        Namespace.fresh(Namespace.PID),
                        Namespace.fresh(Namespace.MOUNT),
                        Namespace.fresh(Namespace.CGROUP),
                        Namespace.at(Namespace.NETWORK, "/run/pod/ns/net"),
                        Namespace.at(Namespace.IPC, "/run/pod/ns/ipc"),
                        Namespace.at(Namespace.UTS, "/run/pod/ns/uts")))
                .cgroupsPath("/kubepods/pod1/c1")
                .sysctl(Map.of("net.ipv4.ip_unprivileged_port_start", "0"))
                .seccomp(POLICY)
                .build();
        Process process = TypicalContainer.process("nginx", "-g", "daemon off;")
                .user(new User(101, 102, null, List.of(2000L)))
                .cwd("/srv")
                .rlimits(List.of(new Rlimit("RLIMIT_NOFILE", 1024, 4096)))
                .oomScoreAdj(-997)
                .build();
        Spec spec = Spec.builder()
                .process(process)
                .root(new Root("rootfs", true))
                .hostname("of the pod")
                .mounts(mounts)
                .linux(linux)
                .build();

        assertThat(compiler.create(spec, context()).disassemble()).isEqualTo(golden("typical-container.txt"));
    }

    @Test
    void buildsTheTreeForWhoRestoresAndExecutesThemOnTheHostsFiles() {
        Spec spec = spec(TypicalContainer.process("sh").build());

        List<String> lines = compiler.restore(spec, context(), List.of("criu", "restore"))
                .disassemble()
                .lines()
                .map(line -> line.replaceFirst("^ *[0-9]+ +", ""))
                .toList();

        assertThat(lines).containsSubsequence(operation(lines, "CLONE"), operation(lines, "UNSHARE"));
        assertThat(operation(lines, "CLONE")).as("the PIDs stay the host's").doesNotContain("NEWPID");
        assertThat(lines.indexOf(operation(lines, "PIVOT")))
                .isLessThan(lines.lastIndexOf(lines.stream()
                        .filter(l -> l.startsWith("SETNS"))
                        .toList()
                        .getLast()));
        assertThat(lines.getLast()).startsWith("EXECVE").contains("criu");
        assertThat(lines.get(lines.size() - 2)).startsWith("BARRIER");
        assertThat(lines).noneMatch(line -> line.startsWith("SECCOMP") || line.startsWith("CAPSET"));
    }

    @Test
    void runsACommandOnTheHostWithoutEnteringAnything() {
        List<String> lines = compiler.onHost(List.of("/usr/sbin/criu", "dump"))
                .disassemble()
                .lines()
                .map(line -> line.replaceFirst("^ *[0-9]+ +", ""))
                .toList();

        assertThat(lines).hasSize(3);
        assertThat(lines.getFirst()).startsWith("CLONE");
        assertThat(lines.get(1)).startsWith("SETSID");
        assertThat(lines.getLast()).startsWith("EXECVE").contains("/usr/sbin/criu", "dump", "LC_ALL=C");
    }

    private static String operation(List<String> lines, String name) {
        return lines.stream().filter(line -> line.startsWith(name)).findFirst().orElseThrow();
    }

    @Test
    void refusesToRestoreWithATerminal() {
        Spec spec = spec(TypicalContainer.process("sh").terminal(true).build());

        assertThatThrownBy(() -> compiler.restore(spec, context(), List.of("criu")))
                .isInstanceOfSatisfying(Fault.class, e -> assertThat(e.kind()).isEqualTo(FaultKind.UNIMPLEMENTED))
                .hasMessageContaining("a user namespace or a terminal cannot be restored");
    }

    @Test
    void givesATerminalAndAConsole() {
        Spec spec = spec(TypicalContainer.process("sh")
                .terminal(true)
                .consoleSize(new ConsoleSize(24, 80))
                .build());

        assertThat(operations(spec)).containsSubsequence("PIVOT", "TTY", "BARRIER");
        assertThat(listing(spec)).contains("TTY columns=80 rows=24 console=1\n");
    }

    @Test
    void installsTheFilterLastWithNoNewPrivileges() {
        assertThat(operations(withPolicy(true)))
                .containsSubsequence(
                        "BARRIER",
                        "CHDIR",
                        "CAP_BOUNDING",
                        "KEEP_CAPS",
                        "GROUPS",
                        "GID",
                        "UID",
                        "CAPSET",
                        "NO_NEW_PRIVS",
                        "SECCOMP",
                        "UMASK",
                        "EXECVE");
    }

    @Test
    void installsTheFilterWhileStillPrivilegedWithoutNoNewPrivileges() {
        assertThat(operations(withPolicy(false)))
                .containsSubsequence("BARRIER", "SECCOMP", "CAP_BOUNDING", "UID", "CAPSET", "EXECVE")
                .doesNotContain("NO_NEW_PRIVS");
    }

    @Test
    void givesUpBeingTraceableBeforeAnythingElse() {
        assertThat(operations(spec(TypicalContainer.process("sh").build()))).startsWith("CLONE", "DUMPABLE", "SETSID");
    }

    @Test
    void opensEverySourceBeforeTheRootChangesAndAttachesNoneBefore() {
        List<String> operations = operations(withMounts(Mount.bind("/a", "/b"), Mount.bind("/c", "/d")));
        int pivot = operations.indexOf("PIVOT");

        assertThat(operations.subList(pivot, operations.size())).doesNotContain("OPEN_TREE", "FSMOUNT");
        assertThat(operations.subList(0, pivot)).doesNotContain("MOVE_MOUNT", "MKDIR", "MKNOD", "SYMLINK");
    }

    @Test
    void opensSharedSourcesBeforeTheRootIsASlaveAndSlavesBeforeItIsPrivate() {
        String listing = listing(withMounts(
                Mount.bind("/private", "/1"),
                Mount.bind("/slave", "/2", "rslave"),
                Mount.bind("/shared", "/3", "rshared")));

        assertThat(listing.lines().filter(l -> l.startsWith("OPEN_TREE") || l.startsWith("PROPAGATION")))
                .containsExactly(
                        "OPEN_TREE into=#0 path=\"/shared\" flags=1",
                        "PROPAGATION path=\"/\" flags=rec|slave",
                        "OPEN_TREE into=#1 path=\"/slave\" flags=1",
                        "PROPAGATION path=\"/\" flags=rec|private",
                        "OPEN_TREE into=#2 path=\"/private\" flags=1");
        assertThat(listing).contains("MOUNT_ATTR of=#0 set=0 clear=0 propagation=shared userns=none recursive=1\n");
    }

    @Test
    void confinesASourceToItsFolder() {
        assertThat(listing(withMounts(Mount.bind("sub/path", "/data", "x-windlass.root=/volume"))))
                .contains("OPEN_TREE_IN into=#0 root=\"/volume\" path=\"sub/path\" flags=1\n");
    }

    @Test
    void makesAWholeTreeReadOnlyWhenAsked() {
        assertThat(listing(withMounts(Mount.bind("/a", "/b", "rro", "noexec")))).contains("""
                        MOUNT_ATTR of=#0 set=ro clear=0 propagation=0 userns=none recursive=1
                        MOUNT_ATTR of=#0 set=noexec clear=0 propagation=0 userns=none recursive=0
                        """);
    }

    @Test
    void mountsCgroup2InsideItsNamespace() {
        Spec spec = withMounts(Mount.of("cgroup", "cgroup", "/sys/fs/cgroup", "ro"));
        LaunchContext context = new LaunchContext("c1", root(), List.of(), Optional.of(GROUP.resolve("pod/c1")));

        assertThat(compiler.create(spec, context).disassemble().lines().map(l -> l.split(" ", 2)[0]))
                .containsSubsequence("UNSHARE", "FSMOUNT");
        assertThat(compiler.create(spec, context).disassemble())
                .contains("type=\"cgroup2\" attributes=ro|nosuid|nodev|noexec");
    }

    @Test
    void setsTheHostnameOnlyOfANamespaceOfTheContainersOwn() {
        Spec spec = spec(TypicalContainer.process("sh").build()).toBuilder()
                .hostname("h")
                .build();
        Spec own = spec.toBuilder()
                .linux(TypicalContainer.linux()
                        .namespaces(List.of(Namespace.fresh(Namespace.UTS)))
                        .build())
                .build();

        assertThat(operations(spec)).doesNotContain("HOSTNAME");
        assertThat(operations(own)).contains("HOSTNAME");
    }

    @Test
    void labelsTheProcessThroughAProcfsOfItsOwnWhileRoot() {
        Spec spec = spec(
                TypicalContainer.process("sh").apparmorProfile("restricted").build());

        assertThat(operations(spec)).containsSubsequence("FSMOUNT", "PIVOT", "BARRIER", "LSM_EXEC", "UID");
        assertThat(listing(spec)).contains("attribute=\"apparmor/exec\" label=\"exec restricted\"");
    }

    @Test
    void limitsOpenFilesToFewOnlyOnceNoMoreAreOpened() {
        Process few = TypicalContainer.process("sh")
                .rlimits(List.of(new Rlimit("RLIMIT_CORE", 0, 0), new Rlimit("RLIMIT_NOFILE", 10, 20)))
                .build();

        assertThat(operations(spec(few))).containsSubsequence("RLIMIT", "BARRIER", "CHDIR", "RLIMIT", "CAP_BOUNDING");
    }

    @Test
    void attachesLayersForTheMomentWhereOverlaysTakeNoDescriptors() {
        List<IdMapping> mapping = List.of(new IdMapping(0, 100_000, 65_536));
        Spec spec = TypicalContainer.spec("sh")
                .linux(TypicalContainer.linux()
                        .namespaces(List.of(Namespace.at(Namespace.USER, "/run/pod/ns/user")))
                        .uidMappings(mapping)
                        .gidMappings(mapping)
                        .build())
                .build();

        assertThat(compiler(OverlayLayers.ATTACHED).create(spec, context()).disassemble())
                .contains(
                        "FSMOUNT_APART into=#5 type=\"overlay\" attributes=0 options=[lowerdir+=#3, lowerdir+=#4, upperdir=/c1/upper")
                .contains(" where=\"/sys\"");
    }

    @Test
    void doesWhatNeedsTheHostsRootBeforeAUserNamespaceIsEntered() {
        List<IdMapping> mapping = List.of(new IdMapping(0, 100_000, 65_536));
        List<Mount> mounts = new ArrayList<>(TypicalContainer.mounts());
        mounts.add(Mount.bind("/mapped", "/a").withMappings(mapping, mapping));
        mounts.add(Mount.bind("/plain", "/b", "rslave"));
        Spec spec = TypicalContainer.spec()
                .process(TypicalContainer.process("sh").oomScoreAdj(-500).build())
                .mounts(mounts)
                .linux(TypicalContainer.linux()
                        .namespaces(List.of(
                                Namespace.at(Namespace.USER, "/run/pod/ns/user"),
                                Namespace.at(Namespace.NETWORK, "/run/pod/ns/net"),
                                Namespace.fresh(Namespace.PID),
                                Namespace.fresh(Namespace.CGROUP)))
                        .uidMappings(mapping)
                        .gidMappings(mapping)
                        .build())
                .build();

        assertThat(listing(spec)).startsWith(golden("user-namespace.txt"));
        assertThat(operations(spec))
                .containsSubsequence("RECLONE", "FSMOUNT", "PIVOT", "DEVICE", "BARRIER")
                .doesNotContain("MKNOD");
    }

    @Test
    void mapsTheIdsOfVolumesByOneNamespaceForEachMapping() {
        List<IdMapping> some = List.of(new IdMapping(0, 1000, 1), new IdMapping(1, 5000, 10));
        List<IdMapping> others = List.of(new IdMapping(0, 7, 1));
        Spec spec = withMounts(
                Mount.bind("/one", "/a").withMappings(some, others),
                Mount.bind("/two", "/b").withMappings(some, others),
                Mount.bind("/three", "/c").withMappings(others, others));

        assertThat(listing(spec))
                .startsWith("""
                        USER_NAMESPACE into=#0 uids="0 1000 1\\n1 5000 10" gids="0 7 1"
                        USER_NAMESPACE into=#1 uids="0 7 1" gids="0 7 1"
                        CLONE""")
                .contains("userns=#0 source=\"/one\"", "userns=#0 source=\"/two\"", "userns=#1 source=\"/three\"");
    }

    @Test
    void execsInAUserNamespaceWithStreamsOfItsRoot() {
        List<IdMapping> mapping = List.of(new IdMapping(0, 100_000, 65_536));
        ExecContext context = new ExecContext(
                "c1",
                TypicalContainer.linux()
                        .namespaces(List.of(Namespace.at(Namespace.USER, "/run/pod/ns/user")))
                        .uidMappings(mapping)
                        .gidMappings(mapping)
                        .build(),
                List.of());

        assertThat(compiler.exec(TypicalContainer.process("true").build(), context)
                        .disassemble())
                .containsSubsequence("OWN_STREAMS uid=100000 gid=100000", "SETNS_TARGET");
    }

    @Test
    void mountsAVolumeOfSeveralLayersAsAnOverlay() {
        assertThat(listing(overlay("/top", "/base"))).contains("lowerdir+=/top, lowerdir+=/base");
        String longPath = "/" + "x".repeat(255);
        assertThat(listing(overlay("/top", longPath)))
                .contains("path=\"" + longPath + "\"")
                .containsPattern("type=\"overlay\" attributes=ro options=\\[lowerdir\\+=#\\d+, lowerdir\\+=#\\d+");
    }

    private static Spec overlay(String top, String base) {
        List<Mount> mounts = new ArrayList<>(TypicalContainer.mounts());
        mounts.add(Mount.of("overlay", "", "/image", "lowerdir+=" + top, "lowerdir+=" + base, "ro"));
        return TypicalContainer.spec("sh").mounts(mounts).build();
    }

    @Test
    void execsWithTheContainersPolicyAndNamespaces() {
        ExecContext context = new ExecContext(
                "c1", TypicalContainer.linux().seccomp(POLICY).build(), List.of(GROUP.resolve("cpu/c1/tasks")));

        String listing =
                compiler.exec(TypicalContainer.process("true").build(), context).disassemble();

        assertThat(listing).isEqualTo(golden("exec.txt"));
    }

    @ParameterizedTest
    @MethodSource("unsupported")
    void refusesByNameWhatItDoesNotDo(String name, Spec spec) {
        assertThatThrownBy(() -> compiler.create(spec, context()))
                .isInstanceOfSatisfying(Fault.class, f -> assertThat(f.kind()).isEqualTo(FaultKind.UNIMPLEMENTED))
                .hasMessage("cannot create container c1: " + name);
    }

    private static Spec withLinux(UnaryOperator<Linux.Builder> more) {
        return spec(TypicalContainer.process("sh").build()).toBuilder()
                .linux(more.apply(TypicalContainer.linux()).build())
                .build();
    }

    static Stream<Arguments> unsupported() {
        Spec plain = spec(TypicalContainer.process("sh").build());
        return Stream.of(
                Arguments.of(
                        "process.execCPUAffinity is not supported",
                        spec(TypicalContainer.process("sh")
                                .execCPUAffinity(new CpuAffinity("0", "1"))
                                .build())),
                Arguments.of(
                        "linux.personality.flags [X] are not supported",
                        plain.toBuilder()
                                .linux(TypicalContainer.linux()
                                        .personality(new Personality("LINUX", List.of("X")))
                                        .build())
                                .build()),
                Arguments.of(
                        "domainname is not supported",
                        plain.toBuilder().domainname("d").build()),
                Arguments.of(
                        "linux.netDevices is not supported",
                        withLinux(linux -> linux.netDevices(Map.of("eth7", new NetDevice("fast0"))))),
                Arguments.of(
                        "linux.intelRdt is not supported",
                        withLinux(linux -> linux.intelRdt(new IntelRdt("class", List.of(), null, null, false)))),
                Arguments.of(
                        "linux.timeOffsets is not supported",
                        withLinux(linux -> linux.timeOffsets(Map.of("boottime", new TimeOffset(1, 0))))),
                Arguments.of(
                        "mount /b with only one of uidMappings and gidMappings is not supported",
                        withMounts(Mount.bind("/a", "/b").withMappings(List.of(new IdMapping(0, 1, 1)), List.of()))),
                Arguments.of(
                        "id mappings of mount /b, which is a new tmpfs, are not supported",
                        withMounts(Mount.of("tmpfs", "tmpfs", "/b")
                                .withMappings(List.of(new IdMapping(0, 1, 1)), List.of(new IdMapping(0, 1, 1))))),
                Arguments.of(
                        "namespace user without a path is not supported",
                        plain.toBuilder()
                                .linux(Linux.builder()
                                        .namespaces(List.of(Namespace.fresh(Namespace.USER)))
                                        .build())
                                .build()),
                Arguments.of(
                        "namespace time is not supported",
                        plain.toBuilder()
                                .linux(Linux.builder()
                                        .namespaces(List.of(Namespace.fresh(Namespace.TIME)))
                                        .build())
                                .build()),
                Arguments.of(
                        "mount option tmpcopyup is not supported",
                        withMounts(Mount.of("tmpfs", "tmpfs", "/t", "tmpcopyup"))));
    }

    @Test
    void refusesWhatMakesNoSense() {
        assertThatThrownBy(() -> compiler.create(spec(TypicalContainer.process().build()), context()))
                .hasMessage("cannot create container c1: process.args is empty");
        assertThatThrownBy(() -> compiler.create(withMounts(Mount.bind("/a", "b")), context()))
                .hasMessage("cannot create container c1: mount destination 'b' is not an absolute path");
        assertThatThrownBy(() -> compiler.create(
                        spec(TypicalContainer.process("sh")
                                .rlimits(List.of(new Rlimit("RLIMIT_MOOD", 1, 1)))
                                .build()),
                        context()))
                .hasMessage("cannot create container c1: there is no resource limit RLIMIT_MOOD");
    }

    private static Spec spec(Process process) {
        return TypicalContainer.spec().process(process).build();
    }

    private static Spec withMounts(Mount... mounts) {
        return TypicalContainer.spec("sh").mounts(List.of(mounts)).build();
    }

    private static Spec withPolicy(boolean noNewPrivileges) {
        return TypicalContainer.spec()
                .process(TypicalContainer.process("sh")
                        .noNewPrivileges(noNewPrivileges)
                        .build())
                .linux(TypicalContainer.linux().seccomp(POLICY).build())
                .build();
    }

    private String listing(Spec spec) {
        return compiler.create(spec, context()).disassemble();
    }

    private List<String> operations(Spec spec) {
        return listing(spec).lines().map(line -> line.split(" ", 2)[0]).toList();
    }

    private static LaunchContext context() {
        return new LaunchContext(
                "c1",
                root(),
                List.of(
                        GROUP.resolve("memory/kubepods/pod1/c1/tasks"),
                        GROUP.resolve("cpu,cpuacct/kubepods/pod1/c1/tasks")),
                Optional.of(GROUP.resolve("unified/kubepods/pod1/c1")));
    }

    private static RootTree root() {
        return new RootTree(
                List.of(Path.of("/layers/top"), Path.of("/layers/base")),
                Optional.of(Path.of("/c1/upper")),
                Optional.of(Path.of("/c1/work")),
                Path.of("/c1/root"),
                true);
    }

    private static String golden(String name) {
        try (InputStream in = Objects.requireNonNull(LaunchProgramCompilerTest.class.getResourceAsStream(name), name)) {
            return new String(in.readAllBytes(), UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
