package io.windlass.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.image.hosts.RegistrySources;
import io.windlass.image.reference.Digest;
import io.windlass.image.reference.ImageId;
import io.windlass.image.reference.ImageReference;
import io.windlass.image.registry.DownloadLimits;
import io.windlass.image.registry.RegistryAuth;
import io.windlass.image.snapshot.Snapshot;
import io.windlass.image.testing.FakeRegistry;
import io.windlass.image.testing.ImageBuilder;
import io.windlass.image.testing.TarBuilder;
import io.windlass.image.unpack.UnpackLimits;
import io.windlass.linux.Kernel;
import io.windlass.testkit.RequiresRoot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What goes wrong with a layer that comes in parts leaves nothing, and the next pull succeeds. */
@RequiresRoot
@Timeout(60)
class PullInPartsIT {
    private static final int PART = 64 << 10;
    private static final byte[] NOISE = noise();
    private static final byte[] TAR = new TarBuilder().file("noise", NOISE).build();
    private static final ImageBuilder.Built IMAGE =
            new ImageBuilder().gzipLayer(TAR).build();
    private static final byte[] LAYER = ImageBuilder.gzip(TAR);
    private static final String LAYER_PATH = "/v2/a/b/blobs/" + Digest.sha256(LAYER);

    @TempDir
    private Path root;

    private final FakeRegistry registry = new FakeRegistry();
    private ImageService images;

    private static byte[] noise() {
        byte[] noise = new byte[1_000_000];
        new Random(5).nextBytes(noise);
        return noise;
    }

    @BeforeEach
    void open() {
        registry.add("a/b", "v1", IMAGE);
        images = ImageService.open(
                root,
                new ImageConfig(Map.of(), 4, List.of(), UnpackLimits.DEFAULT)
                        .with(RegistrySources.NONE, Optional.empty(), new DownloadLimits(6, 3, PART, PART, 4)),
                new Kernel());
    }

    @AfterEach
    void close() {
        images.close();
        registry.close();
    }

    private ImageId pull() {
        return images.pull(ImageReference.parse(registry.host() + "/a/b:v1"), RegistryAuth.ANONYMOUS);
    }

    private void assertPullFails(FaultKind kind, String part) throws Exception {
        assertThatThrownBy(this::pull)
                .isInstanceOfSatisfying(
                        Fault.class, fault -> assertThat(fault.kind()).isEqualTo(kind))
                .hasMessageContaining(part);
        assertNothingIsLeft();
        registry.replace(LAYER_PATH, LAYER);
        registry.behave(exchange -> false);
        assertPulled(pull());
    }

    private void assertPulled(ImageId id) throws IOException {
        assertThat(id.config()).isEqualTo(IMAGE.config());
        Snapshot snapshot = images.snapshots().prepare("c", id);
        assertThat(snapshot.readFile("/noise")).contains(NOISE);
        assertThat(root.resolve("content/blobs/sha256")
                        .resolve(Digest.sha256(LAYER).hex()))
                .hasBinaryContent(LAYER);
    }

    private void assertNothingIsLeft() throws Exception {
        images.awaitDeletions();
        assertThat(images.list()).isEmpty();
        for (String folder : List.of("tmp", "layers", "content/blobs/sha256")) {
            try (Stream<Path> files = Files.list(root.resolve(folder))) {
                assertThat(files).as(folder).isEmpty();
            }
        }
    }

    private static boolean isLate(HttpExchange exchange) {
        return FakeRegistry.from(exchange) >= 8 * PART;
    }

    @Test
    void theLayerIsThereAsItWasMade() throws IOException {
        assertPulled(pull());

        assertThat(registry.count(LAYER_PATH)).isEqualTo((LAYER.length + PART - 1) / PART);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, PART, 999_999})
    void aFlippedBitIsFoundInWhicheverPart(int position) throws Exception {
        byte[] flipped = LAYER.clone();
        flipped[position] ^= 4;
        registry.replace(LAYER_PATH, flipped);

        assertPullFails(FaultKind.DATA_LOSS, "has the digest");
    }

    @Test
    void aPartThatIsRefusedFailsThePull() throws Exception {
        registry.behave(exchange -> {
            if (isLate(exchange)) {
                FakeRegistry.answer(exchange, 403, "");
            }
            return isLate(exchange);
        });

        assertPullFails(FaultKind.PERMISSION_DENIED, "answered 403");
    }

    @Test
    void partsThatSwapPlacesAreFound() throws Exception {
        registry.behave(exchange -> {
            int from = FakeRegistry.from(exchange);
            if (from != 3 * PART) {
                return false;
            }
            exchange.getResponseHeaders()
                    .set("Content-Range", "bytes " + from + "-" + (from + PART - 1) + "/" + LAYER.length);
            exchange.sendResponseHeaders(206, PART);
            exchange.getResponseBody().write(LAYER, 4 * PART, PART);
            return true;
        });

        assertPullFails(FaultKind.DATA_LOSS, "has the digest");
    }

    @Test
    void aPullThatIsCancelledAmongPartsLeavesNothing() throws Exception {
        CountDownLatch late = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        registry.behave(exchange -> {
            if (isLate(exchange)) {
                late.countDown();
                awaitQuietly(release);
            }
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
        late.await();

        puller.interrupt();

        assertThat(outcome.get(5, TimeUnit.SECONDS)).isEqualTo(FaultKind.CANCELLED);
        assertNothingIsLeft();
        release.countDown();
        registry.behave(exchange -> false);
        assertPulled(pull());
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
