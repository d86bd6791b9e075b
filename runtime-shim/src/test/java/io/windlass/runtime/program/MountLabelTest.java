package io.windlass.runtime.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.runtime.oci.Linux;
import io.windlass.runtime.oci.Mount;
import io.windlass.runtime.oci.Namespace;
import io.windlass.runtime.oci.Spec;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What SELinux is told in launch programs. */
class MountLabelTest {
    private static final String FILE = "system_u:object_r:container_file_t:s0:c1,c2";
    private static final String PROCESS = "system_u:system_r:container_t:s0:c1,c2";
    private static final Path GROUP = Path.of("/sys/fs/cgroup");

    private final LaunchProgramCompiler compiler =
            new LaunchProgramCompiler(policy -> new byte[8], OverlayLayers.BY_DESCRIPTOR);

    private static Linux.Builder linux(String label) {
        return TypicalContainer.linux()
                .namespaces(List.of(Namespace.fresh(Namespace.MOUNT), Namespace.at(Namespace.IPC, "/run/pod/ns/ipc")))
                .mountLabel(label);
    }

    private static Spec spec(Linux linux, Mount... more) {
        List<Mount> mounts = new ArrayList<>(List.of(
                Mount.of("proc", "proc", "/proc"),
                Mount.of("sysfs", "sysfs", "/sys"),
                Mount.of("tmpfs", "tmpfs", "/dev", "mode=755"),
                Mount.of("devpts", "devpts", "/dev/pts"),
                Mount.of("mqueue", "mqueue", "/dev/mqueue"),
                Mount.of("cgroup", "cgroup", "/sys/fs/cgroup")));
        mounts.addAll(List.of(more));
        return TypicalContainer.spec()
                .process(TypicalContainer.process("sh").selinuxLabel(PROCESS).build())
                .mounts(mounts)
                .linux(linux)
                .build();
    }

    private List<String> lines(Spec spec) {
        return compiler.create(spec, context(Optional.of(Path.of("/c1/upper"))))
                .disassemble()
                .lines()
                .toList();
    }

    private static LaunchContext context(Optional<Path> upper) {
        RootTree root = new RootTree(
                upper.isPresent() ? List.of(Path.of("/top"), Path.of("/base")) : List.of(Path.of("/only")),
                upper,
                upper.map(path -> path.resolveSibling("work")),
                Path.of("/c1/root"),
                true);
        return new LaunchContext("c1", root, List.of(GROUP.resolve("cpu/c1/tasks")), Optional.empty());
    }

    private static String mounted(List<String> lines, String type) {
        return lines.stream()
                .filter(line -> line.startsWith("FSMOUNT") && line.contains("type=\"" + type + "\""))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void newFileSystemsHaveTheLabelAndTheKernelsOwnDoNot() {
        List<String> lines =
                lines(spec(linux(FILE).build(), Mount.of("overlay", "", "/image", "lowerdir+=/a", "lowerdir+=/b")));

        assertThat(lines.stream().filter(line -> line.contains("type=\"overlay\"")))
                .hasSize(2)
                .allSatisfy(line -> assertThat(line).contains("context=" + FILE));
        assertThat(lines.stream().filter(line -> line.contains("type=\"tmpfs\"")))
                .as("/dev, and what holds the cgroups")
                .hasSize(2)
                .allSatisfy(line -> assertThat(line).contains("context=" + FILE));
        assertThat(mounted(lines, "devpts")).contains("context=" + FILE);
        for (String type : List.of("proc", "sysfs", "mqueue")) {
            assertThat(mounted(lines, type)).doesNotContain("context");
        }
    }

    @Test
    void aLabelThatTheDocumentGivesAMountStays() {
        assertThat(lines(spec(linux(FILE).build(), Mount.of("tmpfs", "tmpfs", "/own", "rootcontext=other"))))
                .anySatisfy(
                        line -> assertThat(line).contains("rootcontext=other").doesNotContain("context=" + FILE));
    }

    @Test
    void messageQueuesAreLabelledUnlessTheyAreTheHosts() {
        assertThat(lines(spec(linux(FILE).build())))
                .anySatisfy(line -> assertThat(line).startsWith("LABEL").contains(FILE));
        Linux hosts = linux(FILE)
                .namespaces(List.of(Namespace.fresh(Namespace.MOUNT)))
                .build();
        assertThat(lines(spec(hosts))).noneMatch(line -> line.startsWith("LABEL"));
    }

    @Test
    void theKeyringIsMadeWithTheLabelBeforeTheProcessHasIt() {
        List<String> lines = lines(spec(linux(FILE).build()));

        assertThat(lines.subList(lines.indexOf("BARRIER"), lines.size()))
                .containsSubsequence(
                        lines.stream()
                                .filter(line -> line.contains("attribute=\"keycreate\" label=\"" + PROCESS + "\""))
                                .findFirst()
                                .orElseThrow(),
                        "SESSION_KEYRING",
                        lines.stream()
                                .filter(line -> line.contains("attribute=\"exec\" label=\"" + PROCESS + "\""))
                                .findFirst()
                                .orElseThrow());
    }

    @Test
    void aCommandIsLabelledAsItsContainer() {
        ExecContext context = new ExecContext("c1", linux(FILE).build(), List.of());
        assertThat(compiler.exec(
                                TypicalContainer.process("true")
                                        .selinuxLabel(PROCESS)
                                        .build(),
                                context)
                        .disassemble())
                .contains("attribute=\"keycreate\"", "SESSION_KEYRING", "attribute=\"exec\" label=\"" + PROCESS);
    }

    @Test
    void withoutLabelsNothingIsSaidOfThem() {
        Spec plain = TypicalContainer.spec("sh").build();
        assertThat(lines(plain)).noneMatch(line -> line.contains("context=") || line.startsWith("SESSION_KEYRING"));
    }

    @Test
    void whatCannotBeLabelledIsRefused() {
        assertThatThrownBy(() -> compiler.create(spec(linux(FILE).build()), context(Optional.empty())))
                .isInstanceOfSatisfying(
                        Fault.class, fault -> assertThat(fault.kind()).isEqualTo(FaultKind.UNIMPLEMENTED))
                .hasMessageContaining("linux.mountLabel of a root of one read-only layer is not supported");
        assertThatThrownBy(() -> lines(spec(linux("x".repeat(256)).build())))
                .hasMessageContaining("linux.mountLabel is longer than the kernel's 255 bytes");
        assertThatThrownBy(() -> compiler.restore(
                        spec(linux(FILE).build()), context(Optional.of(Path.of("/c1/upper"))), List.of("criu")))
                .hasMessageContaining("an SELinux label (process.selinuxLabel) cannot be restored");
    }
}
