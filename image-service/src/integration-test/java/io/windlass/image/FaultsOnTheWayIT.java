package io.windlass.image;

import static org.assertj.core.api.Assertions.assertThat;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.image.hosts.RegistrySources;
import io.windlass.image.hosts.RegistrySources.Kind;
import io.windlass.image.reference.Digest;
import io.windlass.image.reference.ImageReference;
import io.windlass.image.registry.DownloadLimits;
import io.windlass.image.registry.RegistryAuth;
import io.windlass.image.testing.DockerRegistry;
import io.windlass.image.testing.FaultProxy;
import io.windlass.image.testing.FaultProxy.Fate;
import io.windlass.image.testing.FaultProxy.Request;
import io.windlass.image.testing.ImageBuilder;
import io.windlass.image.testing.Pusher;
import io.windlass.image.testing.StoreFiles;
import io.windlass.image.testing.TarBuilder;
import io.windlass.image.testing.TestCertificates;
import io.windlass.image.testing.TokenServer;
import io.windlass.image.verify.VerifyOptions;
import io.windlass.linux.Kernel;
import io.windlass.testkit.RequiresRoot;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A docker-registry behind a network that fails. Whatever happens to one of an image's documents and layers, the pull succeeds or says what
 * was wrong; then nothing is left, the store is found in order, the next pull succeeds, and its store has the files of an undisturbed pull.
 */
@RequiresRoot
@Timeout(120)
class FaultsOnTheWayIT {
    private static final String NAME = "r.example/team/app:v1";
    private static final int PART = 64 << 10;
    private static final Duration STALL = Duration.ofSeconds(1);
    private static final byte[] NOISE = noise();
    private static final byte[] PLAIN = new TarBuilder()
            .directory("plain")
            .file("plain/one", NOISE)
            .symbolicLink("plain/link", "one")
            .build();
    private static final byte[] ZSTD =
            new TarBuilder().mode(04755).file("zstd", NOISE).build();

    private static final ImageBuilder.Built IMAGE = new ImageBuilder()
            .gzipLayer(new TarBuilder().file("gzip", NOISE).build())
            .plainLayer(PLAIN)
            .zstdLayer(ZSTD)
            .build();
    private static final byte[] INDEX = ImageBuilder.index(Map.of("linux/" + ImageBuilder.architecture(), IMAGE));

    /** What something happens to. The layers are also fetched in parts. */
    private enum What {
        INDEX,
        MANIFEST,
        CONFIG,
        GZIP,
        PLAIN,
        ZSTD,
        PARTS
    }

    @TempDir
    private static Path shared;

    private static DockerRegistry registry;
    private static List<String> empty;
    private static List<String> undisturbed;

    @TempDir
    private Path folder;

    private final AtomicInteger cases = new AtomicInteger();

    private static byte[] noise() {
        byte[] noise = new byte[400_000];
        new Random(4).nextBytes(noise);
        return noise;
    }

    @BeforeAll
    static void startRegistry() throws Exception {
        registry = DockerRegistry.start(shared);
        Pusher pusher = new Pusher(registry.url());
        pusher.push("team/app", "only", IMAGE);
        pusher.manifest("team/app", "v1", "application/vnd.oci.image.index.v1+json", INDEX);
        Path root = Files.createDirectory(shared.resolve("undisturbed"));
        try (Node node = new Node(root, registry.url().toString(), What.GZIP, Duration.ofSeconds(20))) {
            empty = StoreFiles.of(node.root);
            node.pull(RegistryAuth.ANONYMOUS);
            undisturbed = StoreFiles.of(node.root);
        }
    }

    @AfterAll
    static void stopRegistry() {
        if (registry != null) {
            registry.close();
        }
    }

    private static Digest digest(What what) {
        List<Digest> blobs = List.copyOf(IMAGE.blobs().keySet());
        return switch (what) {
            case INDEX -> Digest.sha256(INDEX);
            case MANIFEST -> IMAGE.digest();
            case CONFIG -> IMAGE.config();
            case GZIP, PARTS -> blobs.get(0);
            case PLAIN -> blobs.get(1);
            case ZSTD -> blobs.get(2);
        };
    }

    private static int size(What what) {
        return switch (what) {
            case INDEX -> INDEX.length;
            case MANIFEST -> IMAGE.manifest().length;
            default -> Objects.requireNonNull(IMAGE.blobs().get(digest(what))).length;
        };
    }

    private static boolean isFor(Request request, What what) {
        return request.isFor(what == What.INDEX ? "v1" : digest(what));
    }

    /** One node that pulls from one server. */
    private static final class Node implements AutoCloseable {
        private final Path root;
        private final ImageService images;

        Node(Path folder, String server, What what, Duration stall) throws Exception {
            Path hosts = Files.createDirectories(folder.resolve("certs.d/r.example"));
            Files.writeString(hosts.resolve("hosts.toml"), "server = \"" + server + "\"\n");
            this.root = folder.resolve("store");
            this.images = ImageService.open(
                    root,
                    ImageConfig.DEFAULT.with(
                            new RegistrySources(
                                    List.of(Kind.CERTS_D),
                                    List.of(folder.resolve("certs.d")),
                                    folder.resolve("none"),
                                    false,
                                    List.of()),
                            Optional.empty(),
                            new DownloadLimits(8, 8, what == What.PARTS ? PART : 0, PART, 4, stall)),
                    new Kernel());
        }

        void pull(RegistryAuth auth) {
            assertThat(images.pull(ImageReference.parse(NAME), auth).config()).isEqualTo(IMAGE.config());
        }

        void assertInOrder(List<String> files) throws InterruptedException {
            assertThat(images.verify(VerifyOptions.LOOK).damages()).isEmpty();
            images.awaitDeletions();
            assertThat(StoreFiles.of(root)).isEqualTo(files);
        }

        @Override
        public void close() {
            images.close();
        }
    }

    /**
     * One pull through a proxy, and one without faults.
     *
     * @param fate of each request for what the case is about
     * @param reason empty: the pull is to succeed; else what its failure must say
     */
    private record Case(
            What what,
            Function<Request, Fate> fate,
            String reason,
            FaultKind kind,
            Duration stall,
            RegistryAuth auth,
            DockerRegistry registry) {
        static Case good(What what, Function<Request, Fate> fate) {
            return new Case(
                    what,
                    fate,
                    "",
                    FaultKind.INTERNAL,
                    Duration.ofSeconds(20),
                    RegistryAuth.ANONYMOUS,
                    FaultsOnTheWayIT.registry);
        }

        Case fails(FaultKind failureKind, String failure) {
            return new Case(what, fate, failure, failureKind, stall, auth, registry);
        }

        Case stallsAfter(Duration time) {
            return new Case(what, fate, reason, kind, time, auth, registry);
        }

        Case at(DockerRegistry other, RegistryAuth login) {
            return new Case(what, fate, reason, kind, stall, login, other);
        }

        void run(Path folder) throws Exception {
            AtomicInteger hit = new AtomicInteger();
            try (FaultProxy proxy = new FaultProxy(registry.url());
                    Node node = new Node(folder, proxy.url().toString(), what, stall)) {
                proxy.behave(request -> {
                    if (!isFor(request, what)) {
                        return Fate.PASS;
                    }
                    hit.incrementAndGet();
                    return fate.apply(request);
                });
                Optional<Fault> failure = attempt(node);
                assertThat(hit.get()).isPositive();
                if (reason.isEmpty()) {
                    assertThat(failure).isEmpty();
                } else {
                    assertThat(failure).isPresent();
                    assertThat(failure.get())
                            .hasMessageStartingWith("cannot pull image " + NAME + ": ")
                            .hasMessageContaining(reason);
                    assertThat(failure.get().kind()).isEqualTo(kind);
                    node.assertInOrder(empty);
                }
                proxy.behave(request -> Fate.PASS);
                node.pull(auth);
                node.assertInOrder(undisturbed);
            }
        }

        private Optional<Fault> attempt(Node node) {
            try {
                node.pull(auth);
                return Optional.empty();
            } catch (Fault e) {
                return Optional.of(e);
            }
        }
    }

    /** Several at a time, as most of the time is spent in pauses between tries. */
    private void run(List<Case> all) throws Exception {
        try (ExecutorService threads = Executors.newFixedThreadPool(28)) {
            List<Future<Void>> results = new ArrayList<>();
            for (Case one : all) {
                Path place = Files.createDirectory(folder.resolve("case-" + cases.incrementAndGet()));
                Callable<Void> work = () -> {
                    try {
                        one.run(place);
                    } catch (Throwable e) {
                        throw new AssertionError("case " + place.getFileName() + ", " + one.what, e);
                    }
                    return null;
                };
                results.add(threads.submit(work));
            }
            for (Future<Void> result : results) {
                result.get();
            }
        }
    }

    private static List<Case> each(Function<What, Case> one) {
        return List.of(What.values()).stream().map(one).toList();
    }

    private static Function<Request, Fate> first(int count, Fate fate) {
        AtomicInteger seen = new AtomicInteger();
        return request -> seen.incrementAndGet() <= count ? fate : Fate.PASS;
    }

    private static Function<Request, Fate> always(Fate fate) {
        return request -> fate;
    }

    /** The first answer is cut in the middle, and {@code later} is what happens to those after it. */
    private static Function<Request, Fate> midway(What what, Function<Request, Fate> later) {
        AtomicInteger seen = new AtomicInteger();
        return request -> seen.getAndIncrement() == 0 ? new Fate.CutAt(middle(what)) : later.apply(request);
    }

    /** Of the first part, where the layer comes in parts. */
    private static long middle(What what) {
        return (what == What.PARTS ? PART : size(what)) / 2;
    }

    @Test
    void anAnswerThatIsCutAtAnyTenthIsFetchedWhole() throws Exception {
        run(tenths((what, position) -> {
            AtomicInteger cut = new AtomicInteger();
            return Case.good(
                    what,
                    request -> reaches(request, position) && cut.getAndIncrement() == 0
                            ? new Fate.CutAt(position)
                            : Fate.PASS);
        }));
    }

    private static List<Case> tenths(BiFunction<What, Long, Case> one) {
        return IntStream.range(0, 10)
                .boxed()
                .flatMap(tenth -> each(what -> one.apply(what, (long) size(what) * tenth / 10)).stream())
                .toList();
    }

    /** Whether the answer to a request, which may be for a part, comes to that byte. */
    private static boolean reaches(Request request, long position) {
        return request.header("Range")
                .map(range -> range.replace("bytes=", "").split("-", -1))
                .map(ends -> Long.parseLong(ends[0]) <= position
                        && (ends[1].isEmpty() || Long.parseLong(ends[1]) >= position))
                .orElse(true);
    }

    @Test
    void aLayerThatIsCutAfterEachTenthIsFetchedWhole() throws Exception {
        run(List.of(What.GZIP, What.PLAIN, What.ZSTD, What.PARTS, What.CONFIG).stream()
                .map(what -> Case.good(what, always(new Fate.CutAfter(size(what) / 10 + 1))))
                .toList());
    }

    @Test
    void anAnswerThatIsCutAtTheSameByteAgainAndAgainFailsThePull() throws Exception {
        List<Case> all = new ArrayList<>();
        for (int percent : new int[] {0, 50, 90}) {
            all.addAll(each(what -> {
                long position = (long) size(what) * percent / 100;
                return Case.good(what, request -> reaches(request, position) ? new Fate.CutAt(position) : Fate.PASS)
                        .fails(FaultKind.UNAVAILABLE, what == What.INDEX ? "manifests/v1" : "" + digest(what));
            }));
        }
        run(all);
    }

    @Test
    void oneBitThatIsAnotherFailsThePull() throws Exception {
        run(tenths((what, position) -> Case.good(what, always(new Fate.Flip(position, (int) (position % 8))))
                .fails(FaultKind.DATA_LOSS, "has the digest")));
    }

    @ParameterizedTest
    @ValueSource(ints = {429, 500, 502, 503})
    void aRegistryThatCannotForAMomentIsAskedAgain(int status) throws Exception {
        run(each(what -> Case.good(what, first(2, new Fate.Answer(status, List.of())))));
        run(each(what -> Case.good(what, midway(what, first(2, new Fate.Answer(status, List.of()))))));
    }

    @Test
    void aRegistryThatCannotAtAllFailsThePull() throws Exception {
        List<Case> all = new ArrayList<>();
        for (int status : new int[] {429, 500}) {
            Function<Request, Fate> refused = always(new Fate.Answer(status, List.of()));
            all.addAll(each(what -> Case.good(what, refused).fails(FaultKind.UNAVAILABLE, "answered " + status)));
            all.addAll(each(
                    what -> Case.good(what, midway(what, refused)).fails(FaultKind.UNAVAILABLE, "answered " + status)));
        }
        run(all);
    }

    @Test
    void aRegistryThatSaysHowLongToWaitIsWaitedFor() throws Exception {
        run(each(what -> {
            AtomicInteger seen = new AtomicInteger();
            long[] refused = new long[1];
            return Case.good(what, request -> {
                if (seen.getAndIncrement() == 0) {
                    refused[0] = System.nanoTime();
                    return new Fate.Answer(429, List.of("Retry-After: 1"));
                }
                // Too early, and it is refused in a way that is not tried again.
                return System.nanoTime() - refused[0] < 990_000_000 ? new Fate.Answer(403, List.of()) : Fate.PASS;
            });
        }));
    }

    @Test
    void aTokenThatIsRefusedMidwayIsFetchedAnew() throws Exception {
        TestCertificates certificates = TestCertificates.make(folder.resolve("keys"));
        RegistryAuth login = RegistryAuth.basic(TokenServer.USER, TokenServer.PASSWORD);
        try (TokenServer tokens = new TokenServer(certificates);
                DockerRegistry guarded = DockerRegistry.start(shared, "", tokens.settings())) {
            // The very first request fetches the token; one that is refused when it is new is not asked for again.
            run(each(what -> Case.good(what, first(1, new Fate.Unauthorized())).at(guarded, login)).stream()
                    .filter(one -> one.what != What.INDEX)
                    .toList());
            run(each(what -> Case.good(what, withToken(midway(what, first(1, new Fate.Unauthorized()))))
                    .at(guarded, login)));
            List<Case> refused = new ArrayList<>(each(what -> Case.good(what, always(new Fate.Unauthorized()))
                    .at(guarded, login)
                    .fails(FaultKind.UNAUTHENTICATED, "401")));
            refused.addAll(each(what -> Case.good(what, withToken(midway(what, always(new Fate.Unauthorized()))))
                    .at(guarded, login)
                    .fails(FaultKind.UNAUTHENTICATED, "401")));
            run(refused);
        }
    }

    /** What the registry answers to who shows nothing is not the matter. */
    private static Function<Request, Fate> withToken(Function<Request, Fate> fate) {
        return request -> request.header("Authorization").isPresent() ? fate.apply(request) : Fate.PASS;
    }

    @Test
    void aServerThatFallsSilentIsAskedAgain() throws Exception {
        List<Case> all = new ArrayList<>();
        all.addAll(each(what ->
                Case.good(what, first(1, new Fate.Silence(middle(what)))).stallsAfter(STALL)));
        all.addAll(each(what -> Case.good(what, first(1, new Fate.Unanswered())).stallsAfter(STALL)));
        run(all);
    }

    @Test
    void aServerThatIsSilentOrDripsFailsThePull() throws Exception {
        List<Case> all = new ArrayList<>();
        all.addAll(each(what -> Case.good(what, always(new Fate.Silence(middle(what))))
                .stallsAfter(STALL)
                .fails(FaultKind.UNAVAILABLE, "next to nothing came in 1.0 s")));
        all.addAll(each(what -> Case.good(what, always(new Fate.Unanswered()))
                .stallsAfter(STALL)
                .fails(FaultKind.UNAVAILABLE, "no answer came in time")));
        all.addAll(each(what -> Case.good(what, always(new Fate.Trickle(1, Duration.ofMillis(100))))
                .stallsAfter(STALL)
                .fails(FaultKind.UNAVAILABLE, "next to nothing came in 1.0 s")));
        run(all);
    }
}
