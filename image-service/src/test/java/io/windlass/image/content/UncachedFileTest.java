package io.windlass.image.content;

import static org.assertj.core.api.Assertions.assertThat;

import io.windlass.linux.Kernel;
import io.windlass.linux.Syscalls;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UncachedFileTest {
    private final Syscalls kernel = new Kernel();
    private final AlignedBuffers buffers = new AlignedBuffers();

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 4095, 4096, 4097, 524_287, 524_288, 524_289, 3_000_001})
    void theFileHasWhatWasAppendedAndNothingElse(int size) throws IOException {
        Random random = new Random(size);
        byte[] content = new byte[size];
        random.nextBytes(content);
        Path file = Files.createFile(folder.resolve("file"));

        // Folders of tests are on disks: ext4, xfs and btrfs all can.
        try (UncachedFile uncached = UncachedFile.open(kernel, file, buffers).orElseThrow()) {
            for (int at = 0; at < size; ) {
                int length = Math.min(size - at, 1 + random.nextInt(200_000));
                uncached.append(content, at, length);
                at += length;
            }
            uncached.finish();
        }

        assertThat(Files.readAllBytes(file)).isEqualTo(content);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 100})
    void buffersAreUsedAgainAndNothingOfOneFileShowsInTheNext(int files) throws IOException {
        for (int i = 0; i < files; i++) {
            Path file = Files.createFile(folder.resolve("file" + i));
            byte[] content = new byte[10_000 + i];
            Arrays.fill(content, (byte) (i + 1));
            try (UncachedFile uncached =
                    UncachedFile.open(kernel, file, buffers).orElseThrow()) {
                uncached.append(content, 0, content.length);
                uncached.finish();
            }
            assertThat(Files.readAllBytes(file)).isEqualTo(content);
        }
    }
}
