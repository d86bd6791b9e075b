package io.windlass.runtime.shim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExitRecordTest {
    @TempDir
    private Path folder;

    @Test
    void readsWhatTheHelperWrites() throws IOException {
        Path file = Files.writeString(
                folder.resolve("exit"), "{\"exitCode\":137,\"signal\":9,\"exitedAt\":1700000000123456789}");

        assertThat(ExitRecord.read(file))
                .contains(new ExitRecord(137, 9, Instant.parse("2023-11-14T22:13:20.123456789Z")));
    }

    @Test
    void findsNoneWhereTheContainerRunsStill() {
        assertThat(ExitRecord.read(folder.resolve("exit"))).isEmpty();
    }

    @Test
    void doesNotGuessWhatADamagedOneSaid() throws IOException {
        Path file = Files.writeString(folder.resolve("exit"), "{\"exitCode\":");

        assertThatThrownBy(() -> ExitRecord.read(file))
                .isInstanceOfSatisfying(Fault.class, f -> assertThat(f.kind()).isEqualTo(FaultKind.DATA_LOSS))
                .hasMessageStartingWith("cannot read exit record " + file);
    }
}
