package io.windlass.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.image.reference.ImageReference;
import io.windlass.image.registry.RegistryAuth;
import io.windlass.image.testing.DockerRegistry;
import io.windlass.image.testing.ImageBuilder;
import io.windlass.image.testing.Pusher;
import io.windlass.image.testing.StoreFiles;
import io.windlass.image.testing.TarBuilder;
import io.windlass.image.verify.VerifyOptions;
import io.windlass.testkit.RequiresRoot;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A store on a small filesystem that is full, or becomes so at any moment of a pull. */
@RequiresRoot
@Timeout(180)
class DiskFullIT {
    private static final String NAME = "r.example/team/app:v1";
    private static final ImageBuilder.Built IMAGE = new ImageBuilder()
            .gzipLayer(new TarBuilder()
                    .mode(0755)
                    .directory("a")
                    .file("a/noise", noise(5))
                    .build())
            .plainLayer(new TarBuilder().file("b", noise(6)).build())
            .build();

    @TempDir
    private static Path shared;

    private static DockerRegistry registry;
    private static Path hosts;

    @TempDir
    private Path folder;

    private LoopFilesystem disk;
    private ImageService images;
    private List<String> empty;

    private static byte[] noise(int seed) {
        byte[] noise = new byte[700_000];
        new Random(seed).nextBytes(noise);
        return noise;
    }

    @BeforeAll
    static void startRegistry() throws Exception {
        registry = DockerRegistry.start(shared);
        new Pusher(registry.url()).push("team/app", "v1", IMAGE);
        hosts = shared.resolve("hosts");
        Files.createDirectories(hosts.resolve("r.example"));
        Files.writeString(hosts.resolve("r.example/hosts.toml"), "server = \"" + registry.url() + "\"\n");
    }

    @AfterAll
    static void stopRegistry() {
        if (registry != null) {
            registry.close();
        }
    }

    @BeforeEach
    void open() throws Exception {
        disk = LoopFilesystem.make(folder, "disk", 16);
        images = PullOnce.open(root(), hosts, 2);
        empty = files();
    }

    @AfterEach
    void close() throws Exception {
        try {
            images.close();
        } finally {
            disk.close();
        }
    }

    private Path root() {
        return disk.root().resolve("store");
    }

    /** But for the database's own, which may just have given up its reserve. */
    private List<String> files() {
        return StoreFiles.of(root()).stream()
                .filter(line -> !line.startsWith("images.db-"))
                .toList();
    }

    private Path filler() {
        return disk.root().resolve("filler");
    }

    /** Takes all that is free but for so many bytes. */
    private void fill(long left) throws IOException {
        long free = Files.getFileStore(disk.root()).getUsableSpace();
        byte[] block = new byte[4096];
        try (OutputStream out = Files.newOutputStream(filler())) {
            for (long done = 0; done < free - left; done += block.length) {
                out.write(block);
            }
        } catch (IOException full) {
            // Which is what is wanted where nothing is to be left.
        }
    }

    private Optional<Fault> pull() {
        try {
            images.pull(ImageReference.parse(NAME), RegistryAuth.ANONYMOUS);
            return Optional.empty();
        } catch (Fault e) {
            return Optional.of(e);
        }
    }

    private void assertInOrder() throws Exception {
        assertThat(images.verify(VerifyOptions.LOOK).damages()).isEmpty();
        images.awaitDeletions();
        assertThat(root().resolve("tmp")).isEmptyDirectory();
        assertThat(root().resolve("trash")).isEmptyDirectory();
    }

    @Test
    void aPullThatFindsTheDiskFullAtAnyMomentSaysSoAndLeavesNothing() throws Exception {
        List<String> failures = new ArrayList<>();
        long left = 0;
        for (boolean fits = false; !fits; left += 32 << 10) {
            fill(left);
            Optional<Fault> failure = pull();
            if (failure.isPresent()) {
                failures.add(String.valueOf(failure.get().getMessage()));
                assertThat(failure.get())
                        .as("with %d bytes left", left)
                        .hasMessageStartingWith("cannot pull image " + NAME + ": ")
                        .message()
                        .containsIgnoringCase("no space left on device");
                assertThat(failure.get().kind()).isEqualTo(FaultKind.RESOURCE_EXHAUSTED);
                assertThat(images.list()).isEmpty();
                images.awaitDeletions();
                assertThat(files()).isEqualTo(empty);
            }
            fits = failure.isEmpty();
            Files.delete(filler());
            assertThat(images.pull(ImageReference.parse(NAME), RegistryAuth.ANONYMOUS)
                            .config())
                    .isEqualTo(IMAGE.config());
            assertInOrder();
            if (!fits) {
                images.remove(NAME);
                images.awaitDeletions();
                // With a journal that has no space yet.
                images.close();
                images = PullOnce.open(root(), hosts, 2);
            }
        }
        for (String moment : List.of("cannot write blob", "cannot unpack entry", "cannot write store")) {
            assertThat(failures).anyMatch(message -> message.contains(moment));
        }
    }

    @Test
    void anImageIsRemovedFromADiskThatIsFull() throws Exception {
        assertThat(pull()).isEmpty();
        fill(0);

        images.remove(NAME);

        assertThat(images.list()).isEmpty();
        images.awaitDeletions();
        assertThat(Files.getFileStore(disk.root()).getUsableSpace()).isGreaterThan(2_000_000);
        assertThat(pull()).isEmpty();
        Files.delete(filler());
        assertInOrder();
    }

    @Test
    void aStoreOpensOnADiskThatIsFullAndImagesAreRemoved() throws Exception {
        assertThat(pull()).isEmpty();
        images.close();
        fill(0);

        images = PullOnce.open(root(), hosts, 2);

        assertThat(images.list()).hasSize(1);
        images.remove(NAME);
        images.awaitDeletions();
        assertThat(pull()).isEmpty();
        Files.delete(filler());
        assertInOrder();
    }

    @Test
    void aNewStoreOnADiskThatIsFullSaysSo() throws Exception {
        fill(0);

        assertThatThrownBy(() -> PullOnce.open(disk.root().resolve("other"), hosts, 2))
                .isInstanceOfSatisfying(
                        Fault.class, fault -> assertThat(fault.kind()).isEqualTo(FaultKind.RESOURCE_EXHAUSTED))
                .hasMessageContaining(disk.root().resolve("other").toString());
    }
}
