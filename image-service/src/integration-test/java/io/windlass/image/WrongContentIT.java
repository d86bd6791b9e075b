package io.windlass.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.fault.Fault;
import io.windlass.image.hosts.RegistrySources;
import io.windlass.image.progress.ExchangeReport;
import io.windlass.image.progress.Pull;
import io.windlass.image.progress.PullReport;
import io.windlass.image.reference.Digest;
import io.windlass.image.reference.ImageReference;
import io.windlass.image.registry.DownloadLimits;
import io.windlass.image.registry.RegistryAuth;
import io.windlass.image.testing.DockerRegistry;
import io.windlass.image.testing.FaultProxy;
import io.windlass.image.testing.FaultProxy.Fate;
import io.windlass.image.testing.ImageBuilder;
import io.windlass.image.testing.Pusher;
import io.windlass.image.testing.TarBuilder;
import io.windlass.image.unpack.UnpackLimits;
import io.windlass.image.verify.VerifyOptions;
import io.windlass.linux.Kernel;
import io.windlass.testkit.RequiresRoot;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Mirrors that have something else under a digest: the next server is asked. */
@RequiresRoot
@Timeout(60)
class WrongContentIT {
    private static final String NAME = "r.example/team/app:v1";
    private static final int PART = 64 << 10;
    private static final byte[] LARGE = new TarBuilder().file("large", noise()).build();
    private static final byte[] PLAIN =
            new TarBuilder().directory("etc").file("etc/plain", "p").build();
    /** As it is packed by itself; its directory /etc is undescribed, so it is unpacked once more above the one before. */
    private static final byte[] IMPLYING = new TarBuilder().file("etc/top", "t").build();

    private static final ImageBuilder.Built IMAGE = new ImageBuilder()
            .plainLayer(new TarBuilder().mode(01777).directory("etc").build())
            .plainLayer(PLAIN)
            .gzipLayer(LARGE)
            .gzipLayer(IMPLYING)
            .build();
    private static final Digest LARGE_BLOB = Digest.sha256(ImageBuilder.gzip(LARGE));
    private static final Digest PLAIN_BLOB = Digest.sha256(PLAIN);
    private static final Digest IMPLYING_BLOB = Digest.sha256(ImageBuilder.gzip(IMPLYING));

    @TempDir
    private static Path registryFolder;

    private static DockerRegistry registry;

    @TempDir
    private Path root;

    private FaultProxy mirror;
    private FaultProxy second;
    private ImageService images;

    private static byte[] noise() {
        byte[] noise = new byte[300_000];
        new Random(3).nextBytes(noise);
        return noise;
    }

    @BeforeAll
    static void startRegistry() throws Exception {
        registry = DockerRegistry.start(registryFolder);
        new Pusher(registry.url()).push("team/app", "v1", IMAGE);
    }

    @AfterAll
    static void stopRegistry() {
        if (registry != null) {
            registry.close();
        }
    }

    @BeforeEach
    void open() {
        mirror = new FaultProxy(registry.url());
        second = new FaultProxy(registry.url());
        images = open(true, 0);
    }

    private ImageService open(boolean keepBlobs, long partsFrom) {
        return ImageService.open(
                root,
                new ImageConfig(
                                Map.of("r.example", List.of(mirror.url(), second.url())),
                                4,
                                List.of(),
                                UnpackLimits.DEFAULT)
                        .with(RegistrySources.NONE, Optional.empty(), new DownloadLimits(8, 8, partsFrom, PART, 4))
                        .keepingBlobs(keepBlobs),
                new Kernel());
    }

    @AfterEach
    void close() {
        images.close();
        mirror.close();
        second.close();
    }

    private PullReport pull() {
        Pull progress = new Pull(NAME);
        assertThat(images.pull(ImageReference.parse(NAME), RegistryAuth.ANONYMOUS, progress)
                        .config())
                .isEqualTo(IMAGE.config());
        assertThat(images.verify(VerifyOptions.LOOK).damages()).isEmpty();
        return progress.report();
    }

    private static List<ExchangeReport> of(PullReport report, Digest blob) {
        return report.exchanges().stream()
                .filter(exchange -> exchange.object().startsWith("blob " + blob))
                .toList();
    }

    private static void flip(FaultProxy proxy, Digest blob, long position) {
        proxy.behave(request -> request.isFor(blob) ? new Fate.Flip(position, 2) : Fate.PASS);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 12, 150_000})
    void aLayerThatAMirrorHasWrongIsFetchedFromTheNextServerAndTheReportSaysWhy(long position) {
        flip(mirror, LARGE_BLOB, position);

        List<ExchangeReport> layer = of(pull(), LARGE_BLOB);

        assertThat(layer)
                .extracting(ExchangeReport::server)
                .containsExactly(mirror.url().toString(), second.url().toString());
        assertThat(layer.getFirst().failure()).contains("has the digest");
        assertThat(layer.getLast().failure()).isEmpty();
    }

    /** The archive's own reader finds it first: a path that is not allowed, a header that does not add up. */
    @ParameterizedTest
    @ValueSource(longs = {0, 148, 512 + 2})
    void anArchiveThatWasChangedIsNotTheImagesFault(long position) {
        flip(mirror, PLAIN_BLOB, position);

        assertThat(of(pull(), PLAIN_BLOB))
                .extracting(ExchangeReport::server)
                .containsExactly(mirror.url().toString(), second.url().toString());
    }

    @Test
    void aConfigThatAMirrorHasWrongIsFetchedFromTheNextServer() {
        flip(mirror, IMAGE.config(), 3);

        assertThat(of(pull(), IMAGE.config()))
                .extracting(ExchangeReport::server)
                .containsExactly(mirror.url().toString(), second.url().toString());
    }

    @Test
    void aWrongPartOfALayerMakesAllOfItComeFromTheNextServer() {
        images.close();
        images = open(true, PART);
        flip(mirror, LARGE_BLOB, 200_000);

        List<ExchangeReport> layer = of(pull(), LARGE_BLOB);

        assertThat(layer)
                .extracting(ExchangeReport::server)
                .contains(mirror.url().toString());
        assertThat(layer.getLast().server()).isEqualTo(second.url().toString());
    }

    /** The mirror sends the right beginning; its wrong successor is found out, and then the mirror's all is taken. */
    @Test
    void ofTwoServersWhoseBytesWereMixedTheRightOneIsAskedAgain() {
        mirror.behave(request -> request.isFor(LARGE_BLOB)
                        && mirror.requests().stream()
                                        .filter(r -> r.isFor(LARGE_BLOB))
                                        .count()
                                == 1
                ? new Fate.CutAt(100_000)
                : request.isFor(LARGE_BLOB) && request.header("Range").isPresent()
                        ? new Fate.Answer(404, List.of())
                        : Fate.PASS);
        flip(second, LARGE_BLOB, 200_000);

        List<String> asked =
                of(pull(), LARGE_BLOB).stream().map(ExchangeReport::server).toList();

        assertThat(asked.getLast()).isIn(mirror.url().toString(), "https://r.example");
        assertThat(asked).contains(second.url().toString());
    }

    @Test
    void serversThatAreAllWrongAreAllToldAndNothingIsLeft() throws Exception {
        flip(mirror, LARGE_BLOB, 7);
        flip(second, LARGE_BLOB, 8);

        assertThatThrownBy(this::pull)
                .isInstanceOf(Fault.class)
                .hasMessageContaining("before that, cannot accept blob: its content has the digest")
                .hasMessageContaining("r.example");
        images.awaitDeletions();
        assertThat(images.list()).isEmpty();
        assertThat(images.verify(VerifyOptions.LOOK).damages()).isEmpty();

        mirror.behave(request -> Fate.PASS);
        pull();
    }

    @Test
    void whatIsRepairedComesFromTheNextServerToo() throws Exception {
        pull();
        Files.write(root.resolve("content/blobs/sha256").resolve(LARGE_BLOB.hex()), new byte[] {1});
        flip(mirror, LARGE_BLOB, 7);

        assertThat(images.verify(VerifyOptions.REPAIR).isWhole()).isTrue();
        assertThat(images.verify(VerifyOptions.LOOK).isClean()).isTrue();
        assertThat(second.requests()).anyMatch(request -> request.isFor(LARGE_BLOB));
    }

    /** Without its packed form the layer that has to be unpacked above another one is fetched a second time. */
    @Test
    void aLayerThatIsFetchedOnceMoreIsCheckedOnceMore() {
        images.close();
        images = open(false, 0);
        mirror.behave(request -> request.isFor(IMPLYING_BLOB)
                        && mirror.requests().stream()
                                        .filter(r -> r.isFor(IMPLYING_BLOB))
                                        .count()
                                > 1
                ? new Fate.Flip(30, 1)
                : Fate.PASS);

        List<ExchangeReport> layer = of(pull(), IMPLYING_BLOB);

        assertThat(layer)
                .extracting(ExchangeReport::server)
                .containsExactly(
                        mirror.url().toString(),
                        mirror.url().toString(),
                        second.url().toString());
    }
}
