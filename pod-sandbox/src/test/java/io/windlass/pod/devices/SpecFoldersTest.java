package io.windlass.pod.devices;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.fault.Fault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which file a device comes from, and that what changes on disk is seen. */
class SpecFoldersTest {
    private final Path first;
    private final Path second;
    private final SpecFolders folders;

    SpecFoldersTest(@TempDir Path folder) {
        first = folder.resolve("first");
        second = folder.resolve("second");
        folders = new SpecFolders(List.of(first, second, folder.resolve("absent")));
    }

    @BeforeEach
    void makeFolders() throws IOException {
        Files.createDirectories(first);
        Files.createDirectories(second);
    }

    @Test
    void aLaterFoldersDeviceComesBeforeAnEarlierOnes() throws IOException {
        write(first.resolve("a.yaml"), "one", "two");
        write(second.resolve("z.json"), "two", "three");
        assertThat(fileOf("one")).isEqualTo(first.resolve("a.yaml"));
        assertThat(fileOf("two")).isEqualTo(second.resolve("z.json"));
        assertThat(fileOf("three")).isEqualTo(second.resolve("z.json"));
    }

    @Test
    void filesOfOneFolderThatClaimADeviceAreBothNamed() throws IOException {
        write(first.resolve("a.yaml"), "one", "two");
        write(first.resolve("b.json"), "two");
        assertThat(fileOf("one")).isEqualTo(first.resolve("a.yaml"));
        assertThatThrownBy(() -> fileOf("two"))
                .isInstanceOf(Fault.class)
                .hasMessage("CDI device v/c=two is in more than one file of the same folder: %s and %s"
                        .formatted(first.resolve("a.yaml"), first.resolve("b.json")));
        assertThat(folders.read().conflicts())
                .containsExactly(Map.entry("v/c=two", List.of(first.resolve("a.yaml"), first.resolve("b.json"))));

        write(second.resolve("c.yaml"), "two");
        assertThat(fileOf("two")).as("a later folder decides").isEqualTo(second.resolve("c.yaml"));
    }

    @Test
    void changesAreSeenAtTheNextLook() throws IOException {
        Path file = first.resolve("a.json");
        write(file, "one");
        assertThat(fileOf("one")).isEqualTo(file);
        // Of the same length, in the same file, perhaps within the same tick of the clock.
        write(file, "two");
        assertThat(fileOf("two")).isEqualTo(file);
        assertThatThrownBy(() -> fileOf("one")).hasMessageStartingWith("there is no CDI device v/c=one in " + first);
        Files.move(file, second.resolve("b.json"));
        assertThat(fileOf("two")).isEqualTo(second.resolve("b.json"));
        Files.delete(second.resolve("b.json"));
        assertThatThrownBy(() -> fileOf("two"))
                .hasMessage("there is no CDI device v/c=two in %s, %s, %s"
                        .formatted(first, second, second.resolveSibling("absent")));
        Files.createDirectories(second.resolveSibling("absent"));
        write(second.resolveSibling("absent").resolve("c.yaml"), "two");
        assertThat(fileOf("two")).hasFileName("c.yaml");
    }

    @Test
    void aFileIsReadAgainWhenOnlyItsInodeTells() throws IOException {
        Path file = first.resolve("a.json");
        write(file, "one");
        FileTime old = FileTime.from(Instant.now().minusSeconds(3600));
        Files.setLastModifiedTime(file, old);
        assertThat(fileOf("one")).isEqualTo(file);
        Path next = first.resolve("a.json.new");
        write(next, "two");
        Files.setLastModifiedTime(next, old);
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
        assertThat(fileOf("two")).isEqualTo(file);
    }

    @Test
    void aBrokenFileIsNamedAndNoOtherFilesProblem() throws Exception {
        write(first.resolve("good.yaml"), "one");
        Files.writeString(first.resolve("broken.yaml"), "cdiVersion: [");
        Files.writeString(first.resolve("old.json"), "{\"cdiVersion\": \"0.1.0\"}");
        Files.writeString(first.resolve("notes.txt"), "no specification");
        Files.createDirectory(first.resolve("folder.json"));
        Files.createSymbolicLink(first.resolve("nowhere.json"), Path.of("/nonexistent"));
        new ProcessBuilder("mkfifo", first.resolve("pipe.yaml").toString())
                .start()
                .waitFor();

        assertThat(fileOf("one")).isEqualTo(first.resolve("good.yaml"));
        assertThat(folders.read().problems())
                .containsOnlyKeys(
                        first.resolve("broken.yaml"),
                        first.resolve("nowhere.json"),
                        first.resolve("old.json"),
                        first.resolve("pipe.yaml"))
                .containsEntry(first.resolve("pipe.yaml"), "it is no regular file")
                .containsEntry(first.resolve("nowhere.json"), "it leads nowhere");
        assertThatThrownBy(() -> fileOf("two"))
                .hasMessageContaining("; not read: " + first.resolve("broken.yaml") + ": ");
    }

    @Test
    void aFolderThatCannotBeListedIsNamed() throws IOException {
        Files.delete(second);
        Files.writeString(second, "a file");
        write(first.resolve("good.yaml"), "one");
        assertThat(fileOf("one")).isEqualTo(first.resolve("good.yaml"));
        assertThat(folders.read().problems()).containsOnlyKeys(second);
    }

    private Path fileOf(String device) {
        return folders.read().resolve("v/c=" + device).file().path();
    }

    private static void write(Path file, String... devices) throws IOException {
        StringBuilder list = new StringBuilder();
        for (String device : devices) {
            list.append(list.isEmpty() ? "" : ", ")
                    .append("{\"name\": \"%s\", \"containerEdits\": {\"env\": [\"A=b\"]}}".formatted(device));
        }
        Files.writeString(file, "{\"cdiVersion\": \"0.3.0\", \"kind\": \"v/c\", \"devices\": [" + list + "]}");
    }
}
