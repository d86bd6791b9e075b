package io.windlass.image.unpack;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.image.testing.TarBuilder;
import io.windlass.linux.Fd;
import io.windlass.linux.FileMode;
import io.windlass.linux.FileStat;
import io.windlass.linux.Kernel;
import io.windlass.linux.OpenFlags;
import io.windlass.testkit.RequiresRoot;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@RequiresRoot
class LayerUnpackerIT {
    private final Kernel kernel = new Kernel();

    @TempDir
    private Path folder;

    private Path root;

    @BeforeEach
    void makeFolders() throws IOException {
        root = Files.createDirectory(folder.resolve("fs"));
        Files.createDirectory(folder.resolve("replaced"));
    }

    private UnpackedLayer unpack(byte[] archive) throws IOException {
        return unpack(archive, UnpackLimits.DEFAULT);
    }

    private UnpackedLayer unpack(byte[] archive, UnpackLimits limits) throws IOException {
        return new LayerUnpacker(kernel, limits, "sha256:test")
                .unpack(new ByteArrayInputStream(archive), root, folder.resolve("replaced"));
    }

    private UnpackedLayer unpack(TarBuilder archive) throws IOException {
        return unpack(archive.build());
    }

    private FileStat stat(String name) {
        try (Fd fd = kernel.open(root, OpenFlags.PATH | OpenFlags.DIRECTORY, 0)) {
            return kernel.statx(fd, name);
        }
    }

    private byte[] attribute(String name, String attribute) {
        try (Fd fd = kernel.open(root, OpenFlags.PATH | OpenFlags.DIRECTORY, 0)) {
            return kernel.getxattr(fd, name, attribute.getBytes(US_ASCII));
        }
    }

    private void assertWhiteout(String name) {
        assertThat(stat(name).mode() & FileMode.TYPE_MASK).isEqualTo(FileMode.CHARACTER_DEVICE);
        assertThat(stat(name).specialDevice()).isEqualTo(new FileStat.Device(0, 0));
    }

    @Test
    void ownersModesAndTimesAreKept() throws IOException {
        unpack(new TarBuilder()
                .mode(01777)
                .owner(70_000, 80_000)
                .modified(1_600_000_000)
                .directory("d")
                .mode(06755)
                .owner(3_000_000_000L, 5)
                .pax("mtime", "1500000000.5")
                .file("d/setuid", "x")
                .mode(0777)
                .symbolicLink("d/link", "setuid"));

        assertThat(stat("d").mode() & FileMode.PERMISSIONS).isEqualTo(01777);
        assertThat(stat("d").uid()).isEqualTo(70_000);
        assertThat(stat("d").modified().getEpochSecond()).isEqualTo(1_600_000_000);
        assertThat(stat("d/setuid").mode() & FileMode.PERMISSIONS).isEqualTo(06755);
        assertThat(Integer.toUnsignedLong(stat("d/setuid").uid())).isEqualTo(3_000_000_000L);
        assertThat(stat("d/setuid").modified()).isEqualTo(Instant.ofEpochSecond(1_500_000_000, 500_000_000));
        assertThat(stat("d/link").uid()).isEqualTo((int) 3_000_000_000L);
        assertThat(stat("d/link").modified().getEpochSecond()).isEqualTo(1_600_000_000);
    }

    @Test
    void theRootDirectoryTakesItsOwnMembersAttributes() throws IOException {
        UnpackedLayer layer = unpack(new TarBuilder().mode(0711).owner(5, 6).directory("./"));

        assertThat(layer.rootSet()).isTrue();
        assertThat(stat("").mode() & FileMode.PERMISSIONS).isEqualTo(0711);
        assertThat(stat("").gid()).isEqualTo(6);
    }

    @Test
    void fileCapabilitiesSurviveByteForByte() throws IOException {
        byte[] capability = {1, 0, 0, 2, 0, 0x20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};

        unpack(new TarBuilder()
                .owner(1000, 1000)
                .pax("SCHILY.xattr.security.capability", capability)
                .file("ping", "x"));

        assertThat(attribute("ping", "security.capability")).isEqualTo(capability);
    }

    @Test
    void overlaysOwnAttributesAreNotTakenOver() throws IOException {
        unpack(new TarBuilder()
                .pax("SCHILY.xattr.trusted.overlay.redirect", "/etc")
                .pax("SCHILY.xattr.user.kept", "v")
                .directory("d"));

        assertThat(attribute("d", "user.kept")).isEqualTo("v".getBytes(US_ASCII));
        assertThatThrownBy(() -> attribute("d", "trusted.overlay.redirect")).hasMessageContaining("ENODATA");
    }

    @Test
    void whiteoutsTakeOverlaysForm() throws IOException {
        unpack(new TarBuilder()
                .directory("d")
                .file("d/.wh.gone", "")
                .file("d/.wh..wh..opq", "")
                .file("d/.wh..wh.plnk", "")
                .file("missing/.wh.x", ""));

        assertWhiteout("d/gone");
        assertWhiteout("missing/x");
        assertThat(attribute("d", "trusted.overlay.opaque")).isEqualTo(new byte[] {'y'});
        assertThat(list("d")).containsExactly("gone");
    }

    @Test
    void aWhiteoutNeverHidesWhatItsOwnLayerHas() throws IOException {
        unpack(new TarBuilder()
                .file(".wh.dir", "")
                .directory("dir")
                .file("dir/f", "1")
                .directory("dir2")
                .file(".wh.dir2", "")
                .file(".wh.file", "")
                .file("file", "2")
                .file("file2", "3")
                .file(".wh.file2", ""));

        assertThat(attribute("dir", "trusted.overlay.opaque")).isEqualTo(new byte[] {'y'});
        assertThat(attribute("dir2", "trusted.overlay.opaque")).isEqualTo(new byte[] {'y'});
        assertThat(Files.readString(root.resolve("file"))).isEqualTo("2");
        assertThat(Files.readString(root.resolve("file2"))).isEqualTo("3");
    }

    @Test
    void hardLinksDevicesAndPipesAreMade() throws IOException {
        unpack(new TarBuilder()
                .file("a", "same")
                .hardLink("d/b", "./a")
                .symbolicLink("l", "a")
                .hardLink("l2", "l")
                .device("null", '3', 1, 3)
                .device("disk", '4', 8, 300)
                .device("pipe", '6', 0, 0));

        assertThat(stat("d/b").inode()).isEqualTo(stat("a").inode());
        assertThat(stat("l2").isSymbolicLink()).isTrue();
        assertThat(stat("null").specialDevice()).isEqualTo(new FileStat.Device(1, 3));
        assertThat(stat("disk").specialDevice()).isEqualTo(new FileStat.Device(8, 300));
        assertThat(stat("pipe").mode() & FileMode.TYPE_MASK).isEqualTo(FileMode.FIFO);
    }

    @Test
    void laterMembersReplaceEarlierOnes() throws IOException {
        unpack(new TarBuilder()
                .directory("x")
                .file("x/inner", "1")
                .file("x", "now a file")
                .file("y", "file")
                .directory("y")
                .symbolicLink("z", "/etc")
                .file("z", "file"));

        assertThat(Files.readString(root.resolve("x"))).isEqualTo("now a file");
        assertThat(Files.isDirectory(root.resolve("y"), LinkOption.NOFOLLOW_LINKS))
                .isTrue();
        assertThat(Files.readString(root.resolve("z"))).isEqualTo("file");
    }

    @Test
    void linksInTheWayAreFollowedInsideTheLayerOnly() throws IOException {
        Path outside = Files.createDirectory(folder.resolve("outside"));

        unpack(new TarBuilder()
                .symbolicLink("abs", outside.toString())
                .file("abs/f", "1")
                .symbolicLink("up", "../../../../../../" + outside)
                .file("up/g", "2")
                .symbolicLink("lib", "usr/lib")
                .file("lib/h", "3"));

        assertThat(list(outside)).isEmpty();
        assertThat(Files.readString(Path.of(root.toString(), outside.toString(), "f")))
                .isEqualTo("1");
        assertThat(Files.readString(Path.of(root.toString(), outside.toString(), "g")))
                .isEqualTo("2");
        assertThat(Files.readString(root.resolve("usr/lib/h"))).isEqualTo("3");
    }

    @Test
    void hardLinksThroughSymbolicLinksStayInside() throws IOException {
        Path secret = Files.writeString(folder.resolve("secret"), "host");

        assertThatThrownBy(() -> unpack(
                        new TarBuilder().symbolicLink("out", folder.toString()).hardLink("stolen", "out/secret")))
                .hasMessageContaining("'stolen'")
                .hasMessageContaining("which the layer does not have");
        assertThat(stat("out").isSymbolicLink()).isTrue();
        assertThat(Files.readString(secret)).isEqualTo("host");
    }

    @Test
    void hostileEntriesAreRefusedByName() {
        refused(new TarBuilder().file("a/../../b", "x"), "'a/../../b'", "leads upwards");
        refused(new TarBuilder().hardLink("l", "../x"), "'l'", "leads upwards");
        refused(new TarBuilder().hardLink("l", "/"), "'l'", "root directory");
        refused(new TarBuilder().file("./", "").symbolicLink("/", "/tmp"), "'/'", "replace the root directory");
        refused(new TarBuilder().file("a", "").file("a/b", ""), "'a/b'", "ENOTDIR");
        refused(new TarBuilder().file(".wh..", ""), "'.wh..'", "whiteout of no name");
        refused(new TarBuilder().pax("path", "a\0b").file("x", ""), "NUL");
        refused(new TarBuilder().symbolicLink("a", "b").symbolicLink("b", "a").file("a/f", ""), "'a/f'");
        refused(new TarBuilder().gnuLong('L', "n".repeat(300)).file("x", ""), "ENAMETOOLONG");
        refused(new TarBuilder().symbolicLink("s", ""), "'s'", "usable target");
        refused(new TarBuilder().directory("d").hardLink("l", "d"), "'l'", "directory 'd'");
    }

    private void refused(TarBuilder archive, String... parts) {
        assertThatThrownBy(() -> {
                    deleteAll();
                    unpack(archive);
                })
                .isInstanceOfSatisfying(
                        Fault.class, fault -> assertThat(fault.kind()).isEqualTo(FaultKind.INVALID_ARGUMENT))
                .hasMessageContaining("cannot unpack")
                .hasMessageContaining("sha256:test")
                .satisfies(e -> assertThat(e.getMessage()).contains(parts));
    }

    private void deleteAll() throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : files.sorted((a, b) -> b.compareTo(a)).toList()) {
                if (!file.equals(root)) {
                    Files.delete(file);
                }
            }
        }
    }

    @Test
    void limitsEndABomb() {
        assertThatThrownBy(() -> unpack(
                        new TarBuilder()
                                .file("a", "")
                                .file("b", "")
                                .file("c", "")
                                .build(),
                        new UnpackLimits(1 << 20, 2)))
                .isInstanceOfSatisfying(
                        Fault.class, fault -> assertThat(fault.kind()).isEqualTo(FaultKind.RESOURCE_EXHAUSTED))
                .hasMessageContaining("'c'")
                .hasMessageContaining("allowed 2 entries");
        assertThatThrownBy(() ->
                        unpack(new TarBuilder().file("big", new byte[10_000]).build(), new UnpackLimits(8192, 100)))
                .hasMessageContaining("'big'")
                .hasMessageContaining("allowed 8192 bytes");
    }

    @Test
    void archivesOfGnuTarKeepHolesInEveryFormat() throws Exception {
        Path source = Files.createDirectory(folder.resolve("source"));
        Path sparse = source.resolve("sparse");
        try (var file = new java.io.RandomAccessFile(sparse.toFile(), "rw")) {
            for (int i = 0; i < 12; i++) {
                file.seek(i * 300_000L);
                file.write(("piece " + i).getBytes(UTF_8));
            }
            file.setLength(5_000_000);
        }
        for (String format :
                List.of("--format=gnu", "--sparse-version=0.0", "--sparse-version=0.1", "--sparse-version=1.0")) {
            deleteAll();
            Process tar = new ProcessBuilder(Stream.concat(
                                    Stream.of("tar", "-C", source.toString(), "-cS"),
                                    format.startsWith("--sparse")
                                            ? Stream.of("--format=pax", format, "sparse")
                                            : Stream.of(format, "sparse"))
                            .toList())
                    .start();
            byte[] archive = tar.getInputStream().readAllBytes();
            assertThat(tar.waitFor()).isZero();

            unpack(archive);

            assertThat(Files.mismatch(sparse, root.resolve("sparse")))
                    .as(format)
                    .isEqualTo(-1);
            assertThat(stat("sparse").blocks() * 512).as(format).isLessThan(200_000);
        }
    }

    @Test
    void mutatedArchivesNeverWriteOutside() throws IOException {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        byte[] original = new TarBuilder()
                .directory("d")
                .symbolicLink("d/up", "../..")
                .file("d/up/f", "content")
                .hardLink("d/l", "d/up/f")
                .file("d/.wh.x", "")
                .pax("path", "p/q/r")
                .file("y", "z")
                .build();
        List<String> before = list(folder);
        for (int i = 0; i < 500; i++) {
            byte[] mutant = original.clone();
            for (int flips = 1 + random.nextInt(6); flips > 0; flips--) {
                mutant[random.nextInt(mutant.length)] = (byte) "/.\0a5012".charAt(random.nextInt(8));
            }
            for (int block = 0; block + 512 <= mutant.length; block += 512) {
                if (mutant[block + 257] == 'u') {
                    byte[] header = TarBuilder.checksummed(java.util.Arrays.copyOfRange(mutant, block, block + 512));
                    System.arraycopy(header, 0, mutant, block, 512);
                }
            }
            try {
                unpack(mutant, new UnpackLimits(1 << 20, 1000));
            } catch (Fault e) {
                assertThat(e.getMessage()).as("seed " + seed).startsWith("cannot unpack");
            }
            assertThat(list(folder)).as("seed " + seed + ", round " + i).isEqualTo(before);
        }
    }

    private List<String> list(String name) throws IOException {
        return list(root.resolve(name));
    }

    private static List<String> list(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(path -> String.valueOf(path.getFileName()))
                    .sorted()
                    .toList();
        }
    }
}
