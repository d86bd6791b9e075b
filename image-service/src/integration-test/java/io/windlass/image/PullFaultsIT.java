package io.windlass.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.image.reference.Digest;
import io.windlass.image.reference.ImageId;
import io.windlass.image.reference.ImageReference;
import io.windlass.image.registry.RegistryAuth;
import io.windlass.image.testing.FakeRegistry;
import io.windlass.image.testing.ImageBuilder;
import io.windlass.image.testing.TarBuilder;
import io.windlass.image.unpack.UnpackLimits;
import io.windlass.linux.Kernel;
import io.windlass.testkit.RequiresRoot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@RequiresRoot
@Timeout(60)
class PullFaultsIT {
    private static final byte[] NOISE = noise();
    private static final byte[] TAR = new TarBuilder().file("noise", NOISE).build();
    private static final ImageBuilder.Built IMAGE = new ImageBuilder()
            .gzipLayer(new TarBuilder().file("small", "s").build())
            .gzipLayer(TAR)
            .build();
    private static final byte[] LAYER = ImageBuilder.gzip(TAR);
    private static final String LAYER_PATH = "/v2/a/b/blobs/" + Digest.sha256(LAYER);

    @TempDir
    private Path root;

    private final FakeRegistry registry = new FakeRegistry();
    private ImageService images;

    private static byte[] noise() {
        byte[] noise = new byte[300_000];
        new Random(1).nextBytes(noise);
        return noise;
    }

    @BeforeEach
    void open() {
        registry.add("a/b", "v1", IMAGE);
        images = open(UnpackLimits.DEFAULT);
    }

    private ImageService open(UnpackLimits limits) {
        return ImageService.open(root, new ImageConfig(Map.of(), 4, List.of(), limits), new Kernel());
    }

    @AfterEach
    void close() {
        images.close();
        registry.close();
    }

    private ImageId pull() {
        return pull("a/b:v1");
    }

    private ImageId pull(String name) {
        return images.pull(ImageReference.parse(registry.host() + "/" + name), RegistryAuth.ANONYMOUS);
    }

    private void assertPullFails(FaultKind kind, String part) throws Exception {
        assertThatThrownBy(this::pull)
                .isInstanceOfSatisfying(
                        Fault.class, fault -> assertThat(fault.kind()).isEqualTo(kind))
                .hasMessageStartingWith("cannot pull image " + registry.host() + "/a/b:v1: ")
                .hasMessageContaining(part);
        assertNothingIsLeft();
    }

    private void assertNothingIsLeft() throws Exception {
        images.awaitDeletions();
        assertThat(images.list()).isEmpty();
        assertThat(filesLeft()).isEmpty();
        assertThat(images.fsInfo().bytes()).isZero();
    }

    private List<Path> filesLeft() throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            return files.filter(path ->
                            !Files.isDirectory(path) || root.resolve("layers").equals(path.getParent()))
                    .filter(path -> !String.valueOf(path.getFileName()).startsWith("images.db"))
                    .filter(path -> !path.endsWith("oci-layout") && !path.endsWith("index.json"))
                    .toList();
        }
    }

    private void serveLayer(byte[] content) {
        registry.replace(LAYER_PATH, content);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 5, 20, 150_000, 299_999})
    void aFlippedBitIsFoundWhereverItIsAndTheNextPullSucceeds(int position) throws Exception {
        byte[] flipped = LAYER.clone();
        flipped[position] ^= 4;
        serveLayer(flipped);
        assertPullFails(FaultKind.DATA_LOSS, "has the digest");

        serveLayer(LAYER);
        assertThat(pull().config()).isEqualTo(IMAGE.config());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 150_000})
    void aTransferThatIsCutAgainAndAgainFailsWithTheByteAndTheNextPullSucceeds(int position) throws Exception {
        registry.behave(exchange -> {
            if (!exchange.getRequestURI().getPath().equals(LAYER_PATH)) {
                return false;
            }
            exchange.sendResponseHeaders(200, LAYER.length);
            exchange.getResponseBody().write(LAYER, 0, position);
            exchange.getResponseBody().flush();
            throw new IOException("cut by the test");
        });
        assertPullFails(FaultKind.UNAVAILABLE, "of " + LAYER.length + " bytes");

        registry.behave(exchange -> false);
        pull();
    }

    @Test
    void aLayerThatIsCutAtEachTenthIsPulledWhole() {
        int tenth = LAYER.length / 10;
        registry.behave(exchange -> {
            int from = FakeRegistry.from(exchange);
            if (!exchange.getRequestURI().getPath().equals(LAYER_PATH) || from + tenth >= LAYER.length) {
                return false;
            }
            exchange.getResponseHeaders()
                    .set("Content-Range", "bytes " + from + "-" + (LAYER.length - 1) + "/" + LAYER.length);
            exchange.sendResponseHeaders(from > 0 ? 206 : 200, LAYER.length - from);
            exchange.getResponseBody().write(LAYER, from, tenth);
            exchange.getResponseBody().flush();
            throw new IOException("cut by the test");
        });

        assertThat(pull().config()).isEqualTo(IMAGE.config());
        assertThat(registry.count(LAYER_PATH)).isGreaterThanOrEqualTo(10);
    }

    @Test
    void aLayerLongerOrShorterThanAnnouncedIsRefused() throws Exception {
        serveLayer(Arrays.copyOf(LAYER, LAYER.length + 1));
        assertPullFails(FaultKind.DATA_LOSS, "not the announced " + LAYER.length);

        serveLayer(Arrays.copyOf(LAYER, LAYER.length - 1));
        assertPullFails(
                FaultKind.DATA_LOSS, "another range than from byte " + (LAYER.length - 1) + " of " + LAYER.length);
    }

    @Test
    void anArchiveThatIsNotTheConfigsIsRefused() throws Exception {
        byte[] packed = ImageBuilder.gzip(TAR);
        registry.add(
                "a/b",
                "v1",
                new ImageBuilder()
                        .layer("application/vnd.oci.image.layer.v1.tar+gzip", packed, new byte[] {1})
                        .build());

        assertPullFails(FaultKind.DATA_LOSS, "the inflated archive of layer");
    }

    @Test
    void aHostileLayerLeavesNothing() throws Exception {
        registry.add(
                "a/b",
                "v1",
                new ImageBuilder()
                        .gzipLayer(new TarBuilder()
                                .file("fine", "1")
                                .file("../../evil", "x")
                                .build())
                        .build());

        assertPullFails(FaultKind.INVALID_ARGUMENT, "cannot unpack entry '../../evil' of layer sha256:");
        assertThat(root.resolve("evil")).doesNotExist();
    }

    @Test
    void aBombEndsAtTheLimit() throws Exception {
        images.close();
        images = open(new UnpackLimits(1 << 20, 100));
        byte[] bomb = new TarBuilder().file("zeros", new byte[20 << 20]).build();
        registry.add("a/b", "v1", new ImageBuilder().gzipLayer(bomb).build());
        assertPullFails(FaultKind.RESOURCE_EXHAUSTED, "more than the allowed 1048576 bytes");

        byte[] trailer = Arrays.copyOf(new TarBuilder().file("f", "").build(), 20 << 20);
        registry.add("a/b", "v1", new ImageBuilder().zstdLayer(trailer).build());
        assertPullFails(FaultKind.RESOURCE_EXHAUSTED, "inflates to more");
    }

    @Test
    void anImageForAnotherMachineIsRefused() throws Exception {
        registry.add(
                "a/b",
                "v1",
                new ImageBuilder().platform("linux", "s390x").gzipLayer(TAR).build());

        assertPullFails(FaultKind.NOT_FOUND, "an image for linux/s390x");
    }

    @Test
    void anotherPullOfTheSameCostsOneRequest() {
        ImageId first = pull();
        int before = registry.requests().size();

        assertThat(pull()).isEqualTo(first);

        assertThat(registry.requests()).hasSize(before + 1);
    }

    @Test
    void pullsOfOneLayerShareItsTransfer() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        holdLayer(release);
        CompletableFuture<ImageId> first = CompletableFuture.supplyAsync(this::pull);
        awaitRequest(LAYER_PATH);
        registry.add("a/b", "v2", IMAGE);
        CompletableFuture<ImageId> second = CompletableFuture.supplyAsync(() -> pull("a/b:v2"));
        awaitRequest("/manifests/v2");
        release.countDown();

        assertThat(first.get()).isEqualTo(second.get());
        assertThat(registry.count(LAYER_PATH)).isEqualTo(1);
        assertThat(images.list().getFirst().repoTags()).hasSize(2);
    }

    @Test
    void anInterruptedPullEndsAtOnceAndLeavesNothing() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        holdLayer(release);
        CompletableFuture<Throwable> outcome = new CompletableFuture<>();
        Thread puller = Thread.ofVirtual().start(() -> {
            try {
                pull();
                outcome.completeExceptionally(new AssertionError("the pull went on"));
            } catch (Fault e) {
                outcome.complete(e);
            }
        });
        awaitRequest(LAYER_PATH);

        puller.interrupt();

        Fault fault = (Fault) outcome.get(5, TimeUnit.SECONDS);
        assertThat(fault.kind()).isEqualTo(FaultKind.CANCELLED);
        assertNothingIsLeft();
        release.countDown();
    }

    @Test
    void aPullThatWaitsForTheRegistrysAnswerIsInterruptedToo() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        registry.behave(exchange -> {
            awaitQuietly(release);
            return false;
        });
        CompletableFuture<FaultKind> outcome = new CompletableFuture<>();
        Thread puller = Thread.ofVirtual().start(() -> {
            try {
                pull();
            } catch (Fault e) {
                outcome.complete(e.kind());
            }
        });
        awaitRequest("/manifests/v1");

        puller.interrupt();

        assertThat(outcome.get(5, TimeUnit.SECONDS)).isEqualTo(FaultKind.CANCELLED);
        release.countDown();
    }

    @Test
    void aPullGoesOnWhenTheOneThatStartedItsTransferIsCancelled() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        holdLayer(release);
        Thread first = Thread.ofVirtual().start(() -> {
            try {
                pull();
            } catch (Fault expected) {
                // Cancelled, as the test wants it.
            }
        });
        awaitRequest(LAYER_PATH);
        registry.add("a/b", "v2", IMAGE);
        CompletableFuture<ImageId> second = CompletableFuture.supplyAsync(() -> pull("a/b:v2"));
        awaitRequest("/manifests/v2");
        Thread.sleep(300);

        first.interrupt();
        first.join();
        release.countDown();

        assertThat(second.get().config()).isEqualTo(IMAGE.config());
        assertThat(registry.count(LAYER_PATH)).isEqualTo(1);
        assertThat(images.list().getFirst().repoTags()).containsExactly(registry.host() + "/a/b:v2");
    }

    @Test
    void aPullIsNotHurtByAnothersCredentials() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        registry.behave(exchange -> {
            if (!exchange.getRequestURI().getPath().equals(LAYER_PATH)) {
                return false;
            }
            if ("Bearer bad".equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
                awaitQuietly(release);
                FakeRegistry.answer(exchange, 403, "");
                return true;
            }
            return false;
        });
        CompletableFuture<ImageId> bad = CompletableFuture.supplyAsync(() -> images.pull(
                ImageReference.parse(registry.host() + "/a/b:v1"), new RegistryAuth("", "", "", "", "", "bad")));
        awaitRequest(LAYER_PATH);
        CompletableFuture<ImageId> good = CompletableFuture.supplyAsync(this::pull);
        Thread.sleep(300);
        release.countDown();

        assertThatThrownBy(bad::get).isInstanceOf(ExecutionException.class).hasMessageContaining("answered 403");
        assertThat(good.get().config()).isEqualTo(IMAGE.config());
    }

    /** Sends half of the layer, and the rest when told to. */
    private void holdLayer(CountDownLatch release) {
        registry.behave(exchange -> {
            if (!exchange.getRequestURI().getPath().equals(LAYER_PATH)) {
                return false;
            }
            exchange.sendResponseHeaders(200, LAYER.length);
            exchange.getResponseBody().write(LAYER, 0, LAYER.length / 2);
            exchange.getResponseBody().flush();
            awaitQuietly(release);
            exchange.getResponseBody().write(LAYER, LAYER.length / 2, LAYER.length - LAYER.length / 2);
            return true;
        });
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void awaitRequest(String pathEnd) throws InterruptedException {
        while (registry.count(pathEnd) == 0) {
            Thread.sleep(5);
        }
    }
}
