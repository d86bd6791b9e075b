package io.windlass.runtime.program;

import static org.assertj.core.api.Assertions.assertThat;

import io.windlass.runtime.oci.Seccomp;
import io.windlass.runtime.oci.Spec;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SealedProjectsTest {
    private static final Seccomp POLICY =
            new Seccomp("SCMP_ACT_ERRNO", null, List.of(), List.of(), null, null, List.of());
    private static final LaunchContext CONTEXT = new LaunchContext(
            "c1",
            new RootTree(List.of(Path.of("/lower")), Optional.empty(), Optional.empty(), Path.of("/root"), true),
            List.of(),
            Optional.empty());

    /** A filter of one instruction for the seal, of two for any other policy. */
    private final LaunchProgramCompiler compiler = new LaunchProgramCompiler(
            policy -> new byte[policy.equals(SealedProjects.FILTER) ? 8 : 16], OverlayLayers.BY_DESCRIPTOR);

    @Test
    void aSealedContainerHasTheSealBeforeItsPolicy() {
        Spec spec = SealedProjects.seal(TypicalContainer.spec("sh")
                .annotations(Map.of("a", "b"))
                .linux(TypicalContainer.linux().seccomp(POLICY).build())
                .build());

        assertThat(filters(compiler.create(spec, CONTEXT)))
                .containsExactly("SECCOMP flags=0 filter=1-instructions", "SECCOMP flags=0 filter=2-instructions");
        assertThat(spec.annotations()).containsEntry("a", "b");
        assertThat(SealedProjects.sealed(spec)).isTrue();
    }

    @Test
    void anUnconfinedContainerHasTheSealAlone() {
        Spec spec = SealedProjects.seal(TypicalContainer.spec("sh").build());

        assertThat(filters(compiler.create(spec, CONTEXT))).containsExactly("SECCOMP flags=0 filter=1-instructions");
    }

    @Test
    void whatIsExecutedInASealedContainerIsSealed() {
        ExecContext context = new ExecContext("c1", TypicalContainer.linux().build(), List.of(), true);

        assertThat(filters(compiler.exec(TypicalContainer.process("true").build(), context)))
                .containsExactly("SECCOMP flags=0 filter=1-instructions");
    }

    @Test
    void othersAreNotSealed() {
        Spec spec = TypicalContainer.spec("sh").build();

        assertThat(SealedProjects.sealed(spec)).isFalse();
        assertThat(filters(compiler.create(spec, CONTEXT))).isEmpty();
    }

    @Test
    void theSealCompilesToAFilter() {
        assertThat(SeccompDocuments.compile(SealedProjects.FILTER)).isNotEmpty();
    }

    private static List<String> filters(LaunchProgram program) {
        return program.disassemble()
                .lines()
                .filter(line -> line.startsWith("SECCOMP"))
                .toList();
    }
}
