package io.windlass.runtime.shim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.runtime.program.OverlayLayers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ZygoteSupervisorTest {
    @TempDir
    private Path folder;

    @Test
    void namesAHelperThatIsMissing() {
        Path helper = folder.resolve("none");

        assertThatThrownBy(() -> spawn(helper))
                .isInstanceOfSatisfying(Fault.class, f -> assertThat(f.kind()).isEqualTo(FaultKind.FAILED_PRECONDITION))
                .hasMessage("cannot start the helper %s: it does not exist", helper);
    }

    @Test
    void namesAHelperThatMayNotBeExecuted() throws IOException {
        Path helper = Files.writeString(folder.resolve("plain"), "text");

        assertThatThrownBy(() -> spawn(helper)).hasMessage("cannot start the helper %s: it is not executable", helper);
    }

    @Test
    void tellsWhatAHelperSaidThatDidNotStart() throws IOException {
        Path helper = Files.writeString(folder.resolve("failing"), "#!/bin/sh\necho no memory >&2\nexit 3\n");
        Files.setPosixFilePermissions(helper, PosixFilePermissions.fromString("rwx------"));

        assertThatThrownBy(() -> spawn(helper))
                .hasMessage("cannot start the helper %s: it ended with exit code 3: no memory", helper);
    }

    @Test
    void keepsSocketPathsShort() {
        ShimSupervisor supervisor = ShimSupervisor.of(folder, Path.of("/run/windlass"), OverlayLayers.BY_DESCRIPTOR);

        assertThat(supervisor.socketOf("0123456789abcdef".repeat(4)))
                .isEqualTo(Path.of("/run/windlass/shims/0123456789abcdef0123456789abcdef.sock"));
    }

    @Test
    void hasNothingToEndWithoutAZygote() {
        ShimSupervisor.of(folder.resolve("none"), folder, OverlayLayers.BY_DESCRIPTOR)
                .shutdown();
    }

    private void spawn(Path helper) {
        ShimSupervisor.of(helper, folder.resolve("state"), OverlayLayers.BY_DESCRIPTOR)
                .spawn(new PodSpawn("a".repeat(64), folder, Set.of(), "", Map.of(), List.of(), List.of()));
    }
}
