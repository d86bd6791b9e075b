package io.windlass.image;

import static org.assertj.core.api.Assertions.assertThat;

import io.windlass.image.reference.ImageReference;
import io.windlass.image.registry.RegistryAuth;
import io.windlass.image.testing.DockerRegistry;
import io.windlass.image.testing.ImageBuilder;
import io.windlass.image.testing.Pusher;
import io.windlass.image.testing.StoreFiles;
import io.windlass.image.testing.TarBuilder;
import io.windlass.image.verify.VerifyOptions;
import io.windlass.testkit.RequiresRoot;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A pull that is killed by SIGKILL before each single system call that changes the store, from the first folder that is made to the last file
 * that is deleted. After each, the store opens, is found in order, has the image or not, the next pull succeeds, and the store has the files of
 * an undisturbed pull.
 */
@RequiresRoot
class KillPointsIT {
    private static final String NAME = "r.example/team/app:v1";
    private static final ImageBuilder.Built IMAGE = new ImageBuilder()
            .gzipLayer(new TarBuilder()
                    .mode(0755)
                    .directory("./")
                    .mode(01777)
                    .directory("tmp")
                    .mode(0755)
                    .directory("etc")
                    .mode(0644)
                    .file("etc/passwd", "root")
                    .hardLink("etc/again", "etc/passwd")
                    .symbolicLink("etc/link", "passwd")
                    .pax("SCHILY.xattr.user.kept", "v")
                    .file("etc/attributed", "a")
                    .file("etc/replaced", "first")
                    .file("etc/replaced", "second")
                    .file("etc/.wh.gone", "")
                    .device("etc/null", '3', 1, 3)
                    .build())
            // Without a member for /tmp, so that it is unpacked once more above the base.
            .zstdLayer(new TarBuilder().file("tmp/x", "top").build())
            .plainLayer(new TarBuilder()
                    .mode(0755)
                    .directory("etc")
                    .file("etc/.wh..wh..opq", "")
                    .mode(04755)
                    .file("etc/setuid", "s")
                    .build())
            .build();

    @TempDir
    private static Path shared;

    private static DockerRegistry registry;
    private static KilledPull killed;
    private static Path hosts;
    private static List<String> steps;
    private static List<String> undisturbed;

    @TempDir
    private Path folder;

    @BeforeAll
    static void prepare() throws Exception {
        registry = DockerRegistry.start(shared);
        Pusher pusher = new Pusher(registry.url());
        pusher.push("team/app", "only", IMAGE);
        pusher.manifest(
                "team/app",
                "v1",
                "application/vnd.oci.image.index.v1+json",
                ImageBuilder.index(Map.of("linux/" + ImageBuilder.architecture(), IMAGE)));
        hosts = shared.resolve("hosts");
        Files.createDirectories(hosts.resolve("r.example"));
        Files.writeString(hosts.resolve("r.example/hosts.toml"), "server = \"" + registry.url() + "\"\n");
        Path root = shared.resolve("undisturbed");
        killed = KilledPull.prepare(Files.createDirectory(shared.resolve("programs")), pull(root, 1));
        undisturbed = StoreFiles.of(root);
        assertThat(undisturbed).contains("images.db").hasSizeGreaterThan(20);
        steps = killed.run(pull(shared.resolve("counted"), 1), 0).steps();
        assertThat(steps).hasSizeGreaterThan(200);
    }

    @AfterAll
    static void stopRegistry() {
        if (registry != null) {
            registry.close();
        }
    }

    private static KilledPull.Arguments pull(Path root, int transfers) {
        return new KilledPull.Arguments(root, hosts, NAME, transfers);
    }

    @Test
    void aPullThatIsKilledBeforeAnyOfItsStepsLeavesTheOldTruthOrTheNew() throws Exception {
        Set<String> points = ConcurrentHashMap.newKeySet();

        each(IntStream.rangeClosed(1, steps.size()), step -> {
            Path root = folder.resolve("store-" + step);
            points.add(kill(root, 1, step));
            assertRecovers(root);
        });

        assertThat(points).hasSizeGreaterThanOrEqualTo(200);
    }

    /** In another order each time. */
    @Test
    void layersThatAreFetchedAtATimeAreNoDifferent() throws Exception {
        each(some(25), step -> {
            Path root = folder.resolve("store-" + step);
            kill(root, 4, step);
            assertRecovers(root);
        });
    }

    @Test
    void aStartThatIsKilledAfterAPullThatWasKilledIsMadeUpForByTheNext() throws Exception {
        Random random = new Random(5);
        Map<Integer, Integer> second = new ConcurrentHashMap<>();
        some(25).forEach(step -> second.put(step, 1 + random.nextInt(60)));
        each(second.keySet().stream().mapToInt(step -> step), step -> {
            Path root = folder.resolve("store-" + step);
            kill(root, 1, step);
            kill(root, 1, Objects.requireNonNull(second.get(step)));
            assertRecovers(root);
        });
    }

    /** What is on disk changes with each sync and with nothing else, so these are all states that a power cut can leave. */
    @Test
    void powerThatIsCutAfterAnySyncLeavesTheOldTruthOrTheNew() throws Exception {
        IntStream afterSyncs = IntStream.range(1, steps.size())
                .filter(index -> steps.get(index - 1).matches("(fsync|fdatasync|syncfs) .*"))
                .map(index -> index + 1);
        AtomicInteger cuts = new AtomicInteger();

        each(afterSyncs, step -> {
            try (LoopFilesystem disk = LoopFilesystem.make(folder, "disk-" + step, 16)) {
                kill(disk.root().resolve("store"), 1, step);
                try (LoopFilesystem left = disk.afterPowerCut()) {
                    assertRecovers(left.root().resolve("store"));
                }
            }
            cuts.incrementAndGet();
        });

        assertThat(cuts.get()).isGreaterThan(20);
    }

    private static IntStream some(int count) {
        return IntStream.range(0, count).map(index -> 1 + index * steps.size() / count);
    }

    /** @return the step that was not taken any more: what it is about, and how often that had come before. Names that are made up are left out */
    private static String kill(Path root, int transfers, int step) throws Exception {
        KilledPull.Outcome outcome = killed.run(pull(root, transfers), step);
        List<String> known = outcome.steps().stream()
                .map(one -> one.replace(root.toString(), "").replaceAll("[0-9a-f]{8}-[0-9a-f-]{27}", "*"))
                .toList();
        return outcome.killed()
                ? known.getLast() + " "
                        + known.stream().filter(known.getLast()::equals).count()
                : "nothing";
    }

    private static void assertRecovers(Path root) throws InterruptedException {
        try (ImageService images = PullOnce.open(root, hosts, 4)) {
            assertThat(images.verify(VerifyOptions.LOOK).damages()).isEmpty();
            assertThat(images.list()).hasSizeLessThanOrEqualTo(1);
            images.pull(ImageReference.parse(NAME), RegistryAuth.ANONYMOUS);
            assertThat(images.verify(VerifyOptions.LOOK).damages()).isEmpty();
            images.awaitDeletions();
        }
        assertThat(StoreFiles.of(root)).isEqualTo(undisturbed);
    }

    private interface Work {
        void run(int step) throws Exception;
    }

    private static void each(IntStream numbers, Work work) throws Exception {
        try (ExecutorService threads = Executors.newFixedThreadPool(3)) {
            List<Future<Void>> results = new ArrayList<>();
            numbers.forEach(step -> {
                Callable<Void> one = () -> {
                    try {
                        work.run(step);
                    } catch (Throwable e) {
                        throw new AssertionError("killed before step " + step + " " + steps.get(step - 1), e);
                    }
                    return null;
                };
                results.add(threads.submit(one));
            });
            for (Future<Void> result : results) {
                result.get();
            }
        }
    }
}
