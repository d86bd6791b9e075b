package io.windlass.runtime.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.runtime.oci.Hook;
import io.windlass.runtime.oci.Hooks;
import io.windlass.runtime.oci.IdMapping;
import io.windlass.runtime.oci.Namespace;
import io.windlass.runtime.oci.Rlimit;
import io.windlass.runtime.oci.Seccomp;
import io.windlass.runtime.oci.Spec;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Where in a launch the hooks have their places. */
class HooksInProgramsTest {
    private static final Seccomp POLICY =
            new Seccomp("SCMP_ACT_ERRNO", null, List.of(), List.of(), null, null, List.of());
    private static final LaunchContext CONTEXT = new LaunchContext(
            "c1",
            new RootTree(
                    List.of(Path.of("/base")),
                    Optional.of(Path.of("/upper")),
                    Optional.of(Path.of("/work")),
                    Path.of("/bundle/rootfs"),
                    true),
            List.of(),
            Optional.empty(),
            Optional.of(Path.of("/bundle")));

    private final LaunchProgramCompiler compiler =
            new LaunchProgramCompiler(policy -> new byte[8], OverlayLayers.BY_DESCRIPTOR);

    @Test
    void pausesForTheRuntimesHooksWithTheWholeTreeBeforeTheRootIsPivotedTo() {
        Hooks hooks = new Hooks(
                List.of(), List.of(hook("/r")), List.of(hook("/c1"), hook("/c2")), List.of(), List.of(), List.of());

        assertThat(lines(spec(hooks)))
                .containsSubsequence(
                        "ATTACH_ROOT root=#0 attach=\"/bundle/rootfs\"",
                        "SYMLINK target=\"pts/ptmx\" path=\"/dev/ptmx\"",
                        "PAUSE",
                        "HOOK path=\"/c1\" argv=[\"/c1\"] environment=[\"A=b\"] timeout=3000"
                                + " before=\"{\\\"ociVersion\\\":\\\"1.3.0\\\",\\\"id\\\":\\\"c1\\\","
                                + "\\\"status\\\":\\\"creating\\\",\\\"pid\\\":\""
                                + " after=\",\\\"bundle\\\":\\\"/bundle\\\"}\"",
                        "PIVOT root=#0 attach=\"/bundle/rootfs\"",
                        "MASK path=\"/proc/kcore\"",
                        "BARRIER");
        assertThat(operations(spec(hooks))).containsSubsequence("PAUSE", "HOOK", "HOOK", "PIVOT");
    }

    @Test
    void pausesOnlyForHooksOfTheRuntime() {
        Hooks inside = new Hooks(List.of(), List.of(), List.of(hook("/c")), List.of(), List.of(), List.of());
        Hooks later = new Hooks(List.of(), List.of(), List.of(), List.of(), List.of(hook("/a")), List.of(hook("/b")));

        assertThat(operations(spec(inside))).contains("ATTACH_ROOT", "HOOK").doesNotContain("PAUSE");
        assertThat(operations(spec(later))).doesNotContain("ATTACH_ROOT", "HOOK", "PAUSE");
    }

    @Test
    void runsThoseOfTheStartAsTheContainersUserAndBeforeTheFilter() {
        Hooks hooks = new Hooks(List.of(), List.of(), List.of(), List.of(hook("/s")), List.of(), List.of());
        Spec spec = spec(hooks).toBuilder()
                .process(TypicalContainer.process("sh")
                        .rlimits(List.of(new Rlimit("RLIMIT_NOFILE", 10, 20)))
                        .build())
                .linux(TypicalContainer.linux().seccomp(POLICY).build())
                .build();
        Spec privileged = spec.toBuilder()
                .process(TypicalContainer.process("sh").noNewPrivileges(false).build())
                .build();

        assertThat(operations(spec))
                .containsSubsequence("BARRIER", "UID", "CAPSET", "NO_NEW_PRIVS", "HOOK", "RLIMIT", "SECCOMP", "EXECVE");
        assertThat(operations(privileged)).containsSubsequence("BARRIER", "SECCOMP", "UID", "CAPSET", "HOOK", "EXECVE");
    }

    @Test
    void attachesTheRootWhereTheBundleSaysAlsoInAUserNamespace() {
        List<IdMapping> mapping = List.of(new IdMapping(0, 100_000, 65_536));
        Hooks hooks = new Hooks(List.of(), List.of(), List.of(hook("/c")), List.of(), List.of(), List.of());
        Spec spec = spec(hooks).toBuilder()
                .linux(TypicalContainer.linux()
                        .namespaces(List.of(
                                Namespace.at(Namespace.USER, "/run/pod/ns/user"),
                                Namespace.at(Namespace.NETWORK, "/run/pod/ns/net"),
                                Namespace.fresh(Namespace.PID)))
                        .uidMappings(mapping)
                        .gidMappings(mapping)
                        .build())
                .build();

        assertThat(operations(spec)).containsSubsequence("RECLONE", "ATTACH_ROOT", "DEVICE", "HOOK", "PIVOT");
        assertThat(lines(spec)).noneMatch(line -> line.startsWith("PIVOT") && line.contains("/sys"));
    }

    @Test
    void hasNoPlaceForHooksInARestore() {
        Hooks hooks = new Hooks(List.of(), List.of(), List.of(), List.of(), List.of(), List.of(hook("/p")));

        assertThatThrownBy(() -> compiler.restore(spec(hooks), CONTEXT, List.of("criu")))
                .isInstanceOfSatisfying(Fault.class, f -> assertThat(f.kind()).isEqualTo(FaultKind.UNIMPLEMENTED))
                .hasMessage("cannot restore container c1: a container with hooks cannot be restored");
    }

    private List<String> lines(Spec spec) {
        return compiler.create(spec, CONTEXT).disassemble().lines().toList();
    }

    private List<String> operations(Spec spec) {
        return lines(spec).stream().map(line -> line.split(" ", 2)[0]).toList();
    }

    private static Spec spec(Hooks hooks) {
        return TypicalContainer.spec("sh").hooks(hooks).build();
    }

    private static Hook hook(String path) {
        return new Hook(path, List.of(), List.of("A=b"), 3);
    }
}
