package io.windlass.image.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.fault.Fault;
import io.windlass.image.testing.TarBuilder;
import io.windlass.linux.Fd;
import io.windlass.linux.FileMode;
import io.windlass.linux.FileStat;
import io.windlass.linux.Kernel;
import io.windlass.linux.OpenFlags;
import io.windlass.testkit.RequiresRoot;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@RequiresRoot
class FolderArchiveIT {
    private static final byte[] CAPABILITY = "security.capability".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] OPAQUE = "trusted.overlay.opaque".getBytes(StandardCharsets.US_ASCII);
    /** VFS_CAP_REVISION_2 with CAP_NET_RAW permitted and effective (linux/capability.h). */
    private static final byte[] NET_RAW = {1, 0, 0, 2, 0, 32, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};

    private final Kernel kernel = new Kernel();
    private final FolderArchive archives = new FolderArchive(kernel);

    @TempDir
    private Path folder;

    private Path from;
    private Path to;

    @BeforeEach
    void makeFolders() throws IOException {
        from = Files.createDirectory(folder.resolve("from"));
        to = Files.createDirectory(folder.resolve("to"));
        Files.createDirectory(folder.resolve("discarded"));
    }

    private void roundTrip() {
        archives.pack(from, folder.resolve("a.tar"));
        archives.unpack(folder.resolve("a.tar"), to, folder.resolve("discarded"));
    }

    private FileStat stat(Path file) {
        try (Fd parent = kernel.open(Objects.requireNonNull(file.getParent()), OpenFlags.DIRECTORY, 0)) {
            return kernel.statx(parent, file.getFileName().toString());
        }
    }

    @Test
    void whatWasPackedComesBackAsItWas() throws IOException {
        String longName = "n".repeat(120) + "ä";
        Path deep = Files.createDirectories(from.resolve("a/" + longName));
        Files.writeString(deep.resolve("text"), "content");
        Files.write(from.resolve("block"), new byte[512]);
        Files.write(from.resolve("empty"), new byte[0]);
        Files.createSymbolicLink(from.resolve("link"), Path.of("/etc/" + longName));
        Files.createLink(from.resolve("z-again"), from.resolve("block"));
        Files.setPosixFilePermissions(from.resolve("empty"), PosixFilePermissions.fromString("rwxr-x---"));
        try (Fd root = kernel.open(from, OpenFlags.DIRECTORY, 0)) {
            kernel.fchownat(root, "empty", 3_000_000, 70_000, 0);
            kernel.setxattr(root, "block", CAPABILITY, NET_RAW);
            kernel.mknodat(root, "device", FileMode.CHARACTER_DEVICE | 0600, new FileStat.Device(1, 7).encoded());
            kernel.mknodat(root, "fifo", FileMode.FIFO | 0640, 0);
            kernel.utimensat(root, "block", 1_000_000_000, 123_456_789);
        }

        roundTrip();

        assertThat(to.resolve("a/" + longName + "/text")).hasContent("content");
        assertThat(Files.readSymbolicLink(to.resolve("link"))).hasToString("/etc/" + longName);
        assertThat(stat(to.resolve("block")).inode())
                .isEqualTo(stat(to.resolve("z-again")).inode());
        assertThat(stat(to.resolve("block")).modified())
                .isEqualTo(stat(from.resolve("block")).modified());
        assertThat(stat(to.resolve("empty")).uid()).isEqualTo(3_000_000);
        assertThat(stat(to.resolve("empty")).gid()).isEqualTo(70_000);
        assertThat(stat(to.resolve("empty")).mode())
                .isEqualTo(stat(from.resolve("empty")).mode());
        assertThat(stat(to.resolve("device")).specialDevice()).isEqualTo(new FileStat.Device(1, 7));
        assertThat(stat(to.resolve("fifo")).mode()).isEqualTo(FileMode.FIFO | 0640);
        try (Fd root = kernel.open(to, OpenFlags.DIRECTORY, 0)) {
            assertThat(kernel.getxattr(root, "block", CAPABILITY)).isEqualTo(NET_RAW);
        }
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("a.tar"))))
                .isEqualTo("rw-------");
    }

    @Test
    void whatAnUpperLayerHidesIsWrittenAsWhiteoutsAndHiddenAgain() throws Exception {
        Files.createDirectories(from.resolve("etc/emptied"));
        Files.writeString(from.resolve("etc/emptied/new"), "");
        try (Fd root = kernel.open(from, OpenFlags.DIRECTORY, 0);
                Fd etc = kernel.open(from.resolve("etc"), OpenFlags.DIRECTORY, 0)) {
            kernel.mknodat(etc, "gone", FileMode.CHARACTER_DEVICE, 0);
            kernel.mknodat(root, "top", FileMode.CHARACTER_DEVICE, 0);
            kernel.setxattr(etc, "emptied", OPAQUE, new byte[] {'y'});
        }

        roundTrip();

        Process listing =
                new ProcessBuilder("tar", "tf", folder.resolve("a.tar").toString()).start();
        assertThat(new String(listing.getInputStream().readAllBytes(), StandardCharsets.UTF_8).lines())
                .as("other tar programs read it")
                .containsExactlyInAnyOrder(
                        "./",
                        ".wh.top",
                        "etc/",
                        "etc/.wh.gone",
                        "etc/emptied/",
                        "etc/emptied/.wh..wh..opq",
                        "etc/emptied/new");
        for (String hidden : List.of("etc/gone", "top")) {
            assertThat(stat(to.resolve(hidden)).specialDevice()).isEqualTo(new FileStat.Device(0, 0));
        }
        try (Fd etc = kernel.open(to.resolve("etc"), OpenFlags.DIRECTORY, 0)) {
            assertThat(kernel.getxattr(etc, "emptied", OPAQUE)).isEqualTo(new byte[] {'y'});
        }
    }

    @Test
    void anArchiveThatLeadsOutOfItsFolderIsRefused() throws IOException {
        Path outside = folder.resolve("outside");
        Files.write(
                folder.resolve("up.tar"),
                new TarBuilder().file("../outside", new byte[] {1}).build());
        assertThatThrownBy(() -> archives.unpack(folder.resolve("up.tar"), to, folder.resolve("discarded")))
                .isInstanceOf(Fault.class)
                .hasMessageContaining("leads upwards by '..'");
        Files.write(
                folder.resolve("link.tar"),
                new TarBuilder()
                        .symbolicLink("escape", folder.toString())
                        .file("escape/outside", new byte[] {1})
                        .build());
        try {
            archives.unpack(folder.resolve("link.tar"), to, folder.resolve("discarded"));
        } catch (Fault refused) {
            assertThat(refused).hasMessageContaining("escape");
        }
        assertThat(outside).doesNotExist();
    }

    @Test
    void aFileThatIsNoArchiveIsRefused() throws IOException {
        Files.writeString(folder.resolve("text.tar"), "x".repeat(600));
        assertThatThrownBy(() -> archives.unpack(folder.resolve("text.tar"), to, folder.resolve("discarded")))
                .isInstanceOf(Fault.class)
                .hasMessageContaining("it has a header with a number that is not octal");
    }
}
