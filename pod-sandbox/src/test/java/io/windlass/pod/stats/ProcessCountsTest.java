package io.windlass.pod.stats;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A folder stands for /proc. */
class ProcessCountsTest {
    @TempDir
    private Path proc;

    private void process(long pid, String... descriptors) throws IOException {
        Path folder = Files.createDirectories(proc.resolve(pid + "/fd"));
        for (int number = 0; number < descriptors.length; number++) {
            Files.createSymbolicLink(folder.resolve(Integer.toString(number)), Path.of(descriptors[number]));
        }
    }

    @Test
    void descriptorsAndSocketsOfAllProcessesAreCounted() throws IOException {
        process(7, "anon_inode:[eventfd]", "socket:[1]");
        process(9, "pipe:[2]", "socket:[3]", "socket:[4]");
        ProcessCounts counts = ProcessCounts.read(proc, List.of(9L, 7L));
        assertThat(counts.processes()).isEqualTo(2);
        assertThat(counts.fileDescriptors()).isEqualTo(5);
        assertThat(counts.sockets()).isEqualTo(3);
    }

    @Test
    void softLimitsAreThoseOfTheFirstProcessThatAreLimits() throws IOException {
        process(7);
        Files.writeString(proc.resolve("7/limits"), """
                Limit                     Soft Limit           Hard Limit           Units
                Max processes             unlimited            unlimited            processes
                Max open files            1024                 524288               files
                """);
        process(9);
        Files.writeString(proc.resolve("9/limits"), "Max open files            5   6   files\n");
        assertThat(ProcessCounts.read(proc, List.of(9L, 7L)).softLimits()).isEqualTo(Map.of("max_open_files", 1024L));
    }

    @Test
    void aProcessThatEndedMeanwhileHoldsNothing() {
        ProcessCounts counts = ProcessCounts.read(proc, List.of(3L));
        assertThat(counts.fileDescriptors()).isZero();
        assertThat(counts.softLimits()).isEmpty();
        assertThat(ProcessCounts.read(proc, List.of()).processes()).isZero();
    }
}
