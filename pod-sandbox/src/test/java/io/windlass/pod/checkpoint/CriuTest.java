package io.windlass.pod.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CriuTest {
    private static final ProcessView PROCESS =
            new ProcessView(List.of("/dev", "/etc/hosts"), List.of("file[18:3]", "pipe:[7]", ""));

    @TempDir
    private Path folder;

    private Criu installed() throws IOException {
        Path program = Files.writeString(folder.resolve("criu"), "#!/bin/sh\n");
        assertThat(program.toFile().setExecutable(true)).isTrue();
        return new Criu(List.of(Path.of("/nonexistent"), folder));
    }

    @Test
    void absenceIsToldByTheNameOfWhatIsMissing() {
        assertThatThrownBy(() -> new Criu(List.of(folder)).program())
                .isInstanceOfSatisfying(
                        Fault.class, fault -> assertThat(fault.kind()).isEqualTo(FaultKind.FAILED_PRECONDITION))
                .hasMessageContaining("the program criu is not installed (Debian: package criu)")
                .hasMessageContaining(folder.toString());
    }

    @Test
    void aFileThatIsNotExecutableIsNotTheProgram() throws IOException {
        Files.writeString(folder.resolve("criu"), "");
        assertThatThrownBy(() -> new Criu(List.of(folder)).program()).hasMessageContaining("is not installed");
    }

    @Test
    void aDumpLeavesTheProcessesAsTheyWere() throws IOException {
        List<String> command =
                installed().dump(77, Path.of("/freezer/x"), PROCESS, Path.of("/w/checkpoint"), Path.of("/w/dump.log"));

        assertThat(command)
                .startsWith(folder.resolve("criu").toString(), "dump")
                .containsSubsequence("--images-dir", "/w/checkpoint", "--work-dir", "/w", "--log-file", "dump.log")
                .containsSubsequence("--tree", "77", "--leave-running", "--freeze-cgroup", "/freezer/x")
                .containsSubsequence("--external", "mnt[/dev]:/dev", "--external", "mnt[/etc/hosts]:/etc/hosts")
                .containsSubsequence("--external", "file[18:3]")
                .contains("--manage-cgroups=ignore")
                .doesNotContain("pipe:[7]");
    }

    @Test
    void aRestoreTakesMountsFromTheTreeAndStreamsFromTheShim() throws IOException {
        List<String> command = installed()
                .restore(
                        PROCESS,
                        Path.of("/run/attach"),
                        Path.of("/w/checkpoint"),
                        Path.of("/w/restore.log"),
                        Path.of("/w/pid"));

        assertThat(command)
                .startsWith(folder.resolve("criu").toString(), "restore")
                .containsSubsequence("--restore-detached", "--restore-sibling", "--pidfile", "/w/pid")
                .containsSubsequence("--root", "/run/attach", "--tcp-close")
                .containsSubsequence("--external", "mnt[/etc/hosts]:/run/attach/etc/hosts")
                .containsSubsequence("--inherit-fd", "fd[0]:file[18:3]", "--inherit-fd", "fd[1]:pipe:[7]")
                .noneMatch(word -> word.startsWith("fd[2]"));
    }
}
