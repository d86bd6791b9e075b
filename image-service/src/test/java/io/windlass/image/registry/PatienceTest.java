package io.windlass.image.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.image.hosts.RegistryHosts;
import io.windlass.image.manifest.Descriptor;
import io.windlass.image.reference.Digest;
import io.windlass.image.testing.FakeRegistry;
import io.windlass.image.testing.ImageBuilder;
import io.windlass.image.testing.TarBuilder;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpHeaders;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class PatienceTest {
    private static final byte[] CONTENT = noise();
    private static final Digest DIGEST = Digest.sha256(CONTENT);
    private static final String PATH = "/v2/a/b/blobs/" + DIGEST;
    private static final Descriptor BLOB = new Descriptor("x", DIGEST, CONTENT.length);

    private final FakeRegistry registry = new FakeRegistry();

    private static byte[] noise() {
        byte[] noise = new byte[300_000];
        new Random(7).nextBytes(noise);
        return noise;
    }

    @AfterEach
    void close() {
        registry.close();
    }

    private RegistryClient client(Duration stall) {
        Patience quick = new Patience(4, Duration.ofMillis(5), Duration.ofMillis(1500), stall);
        return new RegistryClient(new RegistryHosts(Map.of()), Keychain.EMPTY, DownloadLimits.DEFAULT, quick);
    }

    private RegistrySession session(RegistryClient client) {
        return Sessions.open(client, registry.host() + "/a/b", RegistryAuth.ANONYMOUS);
    }

    private byte[] readBlob(Duration stall) throws IOException {
        registry.replace(PATH, CONTENT);
        try (RegistryClient client = client(stall);
                InputStream body = session(client).blob(BLOB)) {
            return body.readAllBytes();
        }
    }

    private List<String> ranges() {
        return registry.requests().stream()
                .map(FakeRegistry.Request::range)
                .map(range -> range.orElse("all"))
                .toList();
    }

    /** Announces the rest of the blob and sends only so much of it. */
    private static void cut(HttpExchange exchange, int from, int bytes) throws IOException {
        if (from > 0) {
            exchange.getResponseHeaders()
                    .set("Content-Range", "bytes " + from + "-" + (CONTENT.length - 1) + "/" + CONTENT.length);
        }
        exchange.sendResponseHeaders(from > 0 ? 206 : 200, CONTENT.length - from);
        exchange.getResponseBody().write(CONTENT, from, bytes);
        exchange.getResponseBody().flush();
    }

    @Test
    void aBlobThatIsCutAtEachTenthComesWhole() throws IOException {
        registry.behave(exchange -> {
            int from = FakeRegistry.from(exchange);
            int bytes = Math.min(CONTENT.length / 10, CONTENT.length - from);
            cut(exchange, from, bytes);
            if (from + bytes < CONTENT.length) {
                throw new IOException("cut by the test");
            }
            return true;
        });

        assertThat(readBlob(Duration.ofSeconds(20))).isEqualTo(CONTENT);
        // More than ten where a cut took bytes with it that were on their way.
        assertThat(ranges()).hasSizeGreaterThanOrEqualTo(10).first().isEqualTo("all");
        assertThat(ranges().subList(1, ranges().size()))
                .allSatisfy(range -> assertThat(range).startsWith("bytes="));
    }

    @Test
    void aServerWithoutRangesSendsAgainWhatIsHere() throws IOException {
        AtomicInteger requests = new AtomicInteger();
        registry.behave(exchange -> {
            boolean first = requests.incrementAndGet() == 1;
            cut(exchange, 0, first ? 100_000 : CONTENT.length);
            if (first) {
                throw new IOException("cut by the test");
            }
            return true;
        });

        assertThat(readBlob(Duration.ofSeconds(20))).isEqualTo(CONTENT);
        assertThat(ranges()).hasSize(2).first().isEqualTo("all");
    }

    @Test
    void anotherRangeThanTheOneAskedForIsRefused() {
        registry.behave(exchange -> {
            if (FakeRegistry.from(exchange) > 0) {
                exchange.getResponseHeaders().set("Content-Range", "bytes 1-5/300000");
                exchange.sendResponseHeaders(206, 5);
                exchange.getResponseBody().write(CONTENT, 1, 5);
                return true;
            }
            cut(exchange, 0, 1000);
            throw new IOException("cut by the test");
        });

        assertThatThrownBy(() -> readBlob(Duration.ofSeconds(20)))
                .isInstanceOfSatisfying(
                        Fault.class, fault -> assertThat(fault.kind()).isEqualTo(FaultKind.DATA_LOSS))
                .hasMessageContaining(" of 300000: GET ")
                .hasMessageContaining("another range than from byte ");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 150_000})
    void aTransferThatBringsNothingMoreIsGivenUpAfterSomeTries(int position) {
        registry.behave(exchange -> {
            int from = FakeRegistry.from(exchange);
            cut(exchange, from, from == 0 ? position : 0);
            throw new IOException("cut by the test");
        });

        // A connection that breaks before its answer was read is a failed request, one that breaks later a cut
        // transfer.
        assertThatThrownBy(() -> readBlob(Duration.ofSeconds(20))).isInstanceOfAny(IOException.class, Fault.class);
        assertThat(ranges()).hasSizeBetween(4, 100);
    }

    @Test
    void aStalledTransferIsFollowedByAnother() throws IOException {
        CountDownLatch end = new CountDownLatch(1);
        registry.behave(exchange -> {
            if (FakeRegistry.from(exchange) > 0) {
                return false;
            }
            cut(exchange, 0, 1234);
            await(end);
            return true;
        });

        assertThat(readBlob(Duration.ofMillis(400))).isEqualTo(CONTENT);
        assertThat(ranges()).containsExactly("all", "bytes=1234-");
        end.countDown();
    }

    @Test
    void aTransferThatDripsIsFollowedByAnother() throws IOException {
        registry.behave(exchange -> {
            if (FakeRegistry.from(exchange) > 0) {
                return false;
            }
            cut(exchange, 0, 1);
            for (int i = 1; i < CONTENT.length; i++) {
                await(new CountDownLatch(1), Duration.ofMillis(50));
                exchange.getResponseBody().write(CONTENT, i, 1);
                exchange.getResponseBody().flush();
            }
            return true;
        });

        assertThat(readBlob(Duration.ofMillis(400))).isEqualTo(CONTENT);
        assertThat(ranges()).hasSize(2);
    }

    @ParameterizedTest
    @CsvSource({"429, 4", "500, 4", "502, 4", "503, 4", "408, 4", "400, 1", "403, 1", "404, 1"})
    void onlyPassingFailuresAreTriedAgain(int status, int requests) {
        registry.behave(exchange -> {
            FakeRegistry.answer(exchange, status, "");
            return true;
        });

        assertThatThrownBy(() -> readBlob(Duration.ofSeconds(20))).hasMessageContaining("answered " + status);
        assertThat(registry.requests()).hasSize(requests);
    }

    @Test
    void aRegistryThatIsBusyForAMomentIsWaitedForAsLongAsItAsks() {
        ImageBuilder.Built image = new ImageBuilder()
                .gzipLayer(new TarBuilder().file("a", "b").build())
                .build();
        registry.add("a/b", "v1", image);
        AtomicInteger requests = new AtomicInteger();
        registry.behave(exchange -> {
            if (requests.incrementAndGet() > 1) {
                return false;
            }
            exchange.getResponseHeaders().set("Retry-After", "1");
            FakeRegistry.answer(exchange, 429, "");
            return true;
        });
        long begin = System.nanoTime();

        try (RegistryClient client = client(Duration.ofSeconds(20))) {
            assertThat(session(client).manifest("v1").digest()).isEqualTo(image.digest());
        }

        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThanOrEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void theWaitIsNoLongerThanWeWant() {
        registry.behave(exchange -> {
            exchange.getResponseHeaders().set("Retry-After", "86400");
            FakeRegistry.answer(exchange, 503, "");
            return true;
        });

        assertThatThrownBy(() -> readBlob(Duration.ofSeconds(20))).hasMessageContaining("answered 503");
    }

    @Test
    void aServerThatIsNotThereIsAskedOnce() {
        registry.close();
        long begin = System.nanoTime();

        assertThatThrownBy(() -> readBlob(Duration.ofSeconds(20))).hasMessageContaining("connection refused");

        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(5));
    }

    @Test
    void aCancelledWaitEndsAtOnce() throws Exception {
        registry.behave(exchange -> {
            exchange.getResponseHeaders().set("Retry-After", "3600");
            FakeRegistry.answer(exchange, 503, "");
            return true;
        });
        CompletableFuture<FaultKind> outcome = new CompletableFuture<>();
        try (RegistryClient client = new RegistryClient(
                new RegistryHosts(Map.of()),
                Keychain.EMPTY,
                DownloadLimits.DEFAULT,
                new Patience(2, Duration.ZERO, Duration.ofHours(1), Duration.ofHours(1)))) {
            Thread puller = Thread.ofVirtual().start(() -> {
                try {
                    session(client).manifest("v1");
                } catch (Fault e) {
                    outcome.complete(e.kind());
                }
            });
            while (registry.requests().isEmpty()) {
                Thread.onSpinWait();
            }
            puller.interrupt();
            assertThat(outcome.get(5, TimeUnit.SECONDS)).isEqualTo(FaultKind.CANCELLED);
        }
    }

    @ParameterizedTest
    @CsvSource(
            value = {
                "0; PT0S",
                "120; PT2M",
                "Wed, 25 Nov 2026 12:00:30 GMT; PT30S",
                "Wed, 25 Nov 2026 11:00:00 GMT; PT0S",
                "soon; ",
                "-5; ",
                "99999999999999999999; "
            },
            delimiter = ';')
    void aServerSaysWhenToAskAgain(String header, Duration expected) {
        HttpHeaders headers = HttpHeaders.of(Map.of("Retry-After", List.of(header)), (name, value) -> true);

        assertThat(AskedToWait.of(headers, Instant.parse("2026-11-25T12:00:00Z"))
                        .map(AskedToWait::time))
                .isEqualTo(Optional.ofNullable(expected));
    }

    private static void await(CountDownLatch latch) {
        await(latch, Duration.ofSeconds(20));
    }

    private static void await(CountDownLatch latch, Duration time) {
        try {
            boolean _ = latch.await(time.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
