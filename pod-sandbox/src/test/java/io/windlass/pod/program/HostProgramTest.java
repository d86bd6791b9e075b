package io.windlass.pod.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostProgramTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String MORE_THAN_A_PIPE_HOLDS = "x".repeat(1 << 20);

    @TempDir
    private Path folder;

    private Path script(String name, String text) throws IOException {
        Path file = Files.writeString(folder.resolve(name), "#!/bin/sh\n" + text + "\n");
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    @Test
    void isGivenTheTextAndTheArguments() throws IOException {
        Path heard = folder.resolve("heard");
        new HostProgram(script("listens", "cat >" + heard + "; echo \"$@\" >>" + heard), PATIENCE)
                .feed("a table\n", "-f", "-");
        assertThat(heard).hasContent("a table\n-f -\n");
    }

    @Test
    void oneThatDoesNotReadItsInputAndFailsIsTheReasonRatherThanThePipe() throws IOException {
        HostProgram program = new HostProgram(script("refuses", "echo 'no such table'; echo more; exit 3"), PATIENCE);
        assertThatThrownBy(() -> program.feed(MORE_THAN_A_PIPE_HOLDS))
                .isInstanceOf(Fault.class)
                .hasMessageEndingWith("refuses exited with 3: no such table");
    }

    @Test
    void oneThatEndsWellWithoutReadingItsInputHasDoneItsPart() throws IOException {
        new HostProgram(script("knows", "exit 0"), PATIENCE).feed(MORE_THAN_A_PIPE_HOLDS);
    }

    @Test
    void oneThatDoesNotEndIsEnded() throws IOException {
        Path pid = folder.resolve("pid");
        HostProgram program = new HostProgram(
                script("hangs", "echo $$ >" + pid + "; cat >/dev/null; exec tail -f /dev/null"), Duration.ofSeconds(2));
        assertThatThrownBy(() -> program.feed(""))
                .asInstanceOf(InstanceOfAssertFactories.type(Fault.class))
                .satisfies(fault -> assertThat(fault.kind()).isEqualTo(FaultKind.UNAVAILABLE))
                .satisfies(fault -> assertThat(fault).hasMessageEndingWith("hangs did not end within 2 s"));
        ProcessHandle.of(Long.parseLong(Files.readString(pid).strip()))
                .ifPresent(process -> process.onExit().join());
    }

    @Test
    void isFoundAlongThePathFirst() throws IOException {
        script("windlass-test-program", "exit 0");
        Files.createDirectory(folder.resolve("windlass-test-folder"));
        assertThat(HostProgram.find("windlass-test-program", ":/nonexistent:" + folder, PATIENCE))
                .isPresent();
        assertThat(HostProgram.find("windlass-test-program", "", PATIENCE)).isEmpty();
        assertThat(HostProgram.find("windlass-test-folder", folder.toString(), PATIENCE))
                .isEmpty();
    }
}
