package io.windlass.cri.recovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FoldersTest {
    @TempDir
    private Path folder;

    @Test
    void theFoldersAreMadeAndCanBeTakenAgainAfterwards() {
        Path root = folder.resolve("a/root");
        Path state = folder.resolve("a/state");
        try (Folders _ = Folders.take(root, state)) {
            assertThat(root).isDirectory();
            assertThat(state).isDirectory();
        }
        Folders.take(root, state).close();
    }

    @Test
    void aSecondDaemonIsToldWhoTheFirstIs() {
        Path root = folder.resolve("root");
        try (Folders _ = Folders.take(root, folder.resolve("state"))) {
            assertThatThrownBy(() -> Folders.take(root, folder.resolve("other")))
                    .hasMessage("cannot use root folder " + root + ": the daemon with pid "
                            + ProcessHandle.current().pid()
                            + " uses it; stop it, or name another folder by --root");
        }
    }

    @Test
    void theRootIsFreeAgainWhenTheStateFolderIsTaken() {
        Path state = folder.resolve("state");
        Path root = folder.resolve("second");
        try (Folders _ = Folders.take(folder.resolve("first"), state)) {
            assertThatThrownBy(() -> Folders.take(root, state)).hasMessageContaining("cannot use state folder");
        }
        Folders.take(root, folder.resolve("third")).close();
    }

    @Test
    void aFolderThatCannotBeMadeIsNamed() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "");
        assertThatThrownBy(() -> Folders.take(file.resolve("root"), folder.resolve("state")))
                .hasMessageStartingWith("cannot use root folder " + file.resolve("root") + ": ");
    }

    @Test
    void oneFolderCannotBeBoth() {
        assertThatThrownBy(() -> Folders.take(folder, folder)).hasMessageContaining("as both root and state folder");
    }
}
