package io.windlass.image.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.image.hosts.RegistryHosts;
import io.windlass.image.manifest.Descriptor;
import io.windlass.image.progress.ExchangeReport;
import io.windlass.image.progress.Pull;
import io.windlass.image.reference.Digest;
import io.windlass.image.reference.ImageReference;
import io.windlass.image.testing.FakeRegistry;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class PartedBlobTest {
    private static final int PART = 100_000;
    private static final byte[] CONTENT = noise();
    private static final Descriptor BLOB = new Descriptor("x", Digest.sha256(CONTENT), CONTENT.length);

    private final FakeRegistry registry = new FakeRegistry();
    private final Memory spool = new Memory();
    private final List<Long> progress = Collections.synchronizedList(new ArrayList<>());
    private final Pull pull = new Pull("test");
    private DownloadLimits limits = new DownloadLimits(8, 8, PART, PART, 4);

    private static byte[] noise() {
        byte[] noise = new byte[1_050_000];
        new Random(3).nextBytes(noise);
        return noise;
    }

    @AfterEach
    void close() {
        registry.close();
    }

    private byte[] fetch() throws IOException {
        registry.replace("/v2/a/blobs/" + BLOB.digest(), CONTENT);
        try (RegistryClient client = client()) {
            return read(client);
        }
    }

    private RegistryClient client() {
        return new RegistryClient(
                new RegistryHosts(Map.of()),
                Keychain.EMPTY,
                limits,
                new Patience(3, Duration.ofMillis(5), Duration.ofMillis(50), Duration.ofSeconds(20)));
    }

    private byte[] read(RegistryClient client) throws IOException {
        BlobStream stream = client.session(ImageReference.parse(registry.host() + "/a:1"), RegistryAuth.ANONYMOUS, pull)
                .layer(BLOB, spool, progress::add);
        try (InputStream bytes = stream.bytes()) {
            assertThat(stream.spooled()).isEqualTo(expectSpooled);
            return bytes.readAllBytes();
        }
    }

    private boolean expectSpooled = true;

    private List<String> ranges() {
        return registry.requests().stream()
                .map(request -> request.range().orElse("all"))
                .toList();
    }

    @Test
    void aLargeBlobComesInPartsEachOnce() throws IOException {
        assertThat(fetch()).isEqualTo(CONTENT);

        assertThat(ranges())
                .hasSize(11)
                .contains("bytes=0-99999", "bytes=900000-999999", "bytes=1000000-")
                .doesNotHaveDuplicates();
        assertThat(progress).isSorted().last().isEqualTo((long) CONTENT.length);
        assertThat(pull.report().exchanges())
                .hasSize(11)
                .allSatisfy(exchange -> assertThat(exchange.ended()).isPresent());
        assertThat(pull.report().exchanges().stream()
                        .mapToLong(ExchangeReport::bytes)
                        .sum())
                .isEqualTo(CONTENT.length);
    }

    @Test
    void noMorePartsAreOnTheirWayThanTheLimitsAllow() throws IOException {
        limits = new DownloadLimits(8, 2, PART, PART, 6);
        AtomicInteger now = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        registry.behave(exchange -> {
            most.accumulateAndGet(now.incrementAndGet(), Math::max);
            int from = FakeRegistry.from(exchange);
            int end = FakeRegistry.end(exchange, CONTENT.length);
            exchange.getResponseHeaders()
                    .set("Content-Range", "bytes " + from + "-" + (end - 1) + "/" + CONTENT.length);
            exchange.sendResponseHeaders(206, end - from);
            exchange.getResponseBody().write(CONTENT, from, (end - from) / 2);
            exchange.getResponseBody().flush();
            pause();
            now.decrementAndGet();
            exchange.getResponseBody().write(CONTENT, from + (end - from) / 2, end - from - (end - from) / 2);
            return true;
        });

        assertThat(fetch()).isEqualTo(CONTENT);
        assertThat(most.get()).isEqualTo(2);
    }

    @Test
    void aServerWithoutRangesSendsTheWholeInOne() throws IOException {
        expectSpooled = false;
        registry.behave(exchange -> {
            exchange.sendResponseHeaders(200, CONTENT.length);
            exchange.getResponseBody().write(CONTENT);
            return true;
        });

        assertThat(fetch()).isEqualTo(CONTENT);
        assertThat(registry.requests()).hasSize(1);
    }

    @Test
    void aPartThatIsCutGoesOnWhereItWas() throws IOException {
        Set<Integer> cut = ConcurrentHashMap.newKeySet();
        registry.behave(exchange -> {
            int from = FakeRegistry.from(exchange);
            if (from % PART != 0 || !cut.add(from)) {
                return false;
            }
            int end = FakeRegistry.end(exchange, CONTENT.length);
            exchange.getResponseHeaders()
                    .set("Content-Range", "bytes " + from + "-" + (end - 1) + "/" + CONTENT.length);
            exchange.sendResponseHeaders(206, end - from);
            exchange.getResponseBody().write(CONTENT, from, 40_000);
            exchange.getResponseBody().flush();
            throw new IOException("cut by the test");
        });

        assertThat(fetch()).isEqualTo(CONTENT);
        assertThat(registry.requests()).hasSizeGreaterThan(11);
    }

    @Test
    void aPartThatCannotBeHadFailsTheBlob() {
        registry.behave(exchange -> {
            boolean bad = FakeRegistry.from(exchange) == 5 * PART;
            if (bad) {
                FakeRegistry.answer(exchange, 403, "");
            }
            return bad;
        });

        assertThatThrownBy(this::fetch)
                .isInstanceOfSatisfying(
                        Fault.class, fault -> assertThat(fault.kind()).isEqualTo(FaultKind.PERMISSION_DENIED))
                .hasMessageContaining("answered 403");
    }

    @Test
    void aBlobOfAnotherLengthIsRefused() {
        registry.behave(exchange -> {
            exchange.getResponseHeaders().set("Content-Range", "bytes 0-99999/999999");
            exchange.sendResponseHeaders(206, PART);
            exchange.getResponseBody().write(CONTENT, 0, PART);
            return true;
        });

        assertThatThrownBy(this::fetch)
                .isInstanceOfSatisfying(
                        Fault.class, fault -> assertThat(fault.kind()).isEqualTo(FaultKind.DATA_LOSS));
    }

    @Test
    void partsThatAreRefusedAtOnceFetchOneTokenForAll() throws IOException {
        AtomicInteger tokens = new AtomicInteger();
        AtomicInteger served = new AtomicInteger();
        CountDownLatch together = new CountDownLatch(3);
        registry.behave(exchange -> {
            if (exchange.getRequestURI().getPath().equals("/token")) {
                FakeRegistry.answer(
                        exchange, 200, "{\"token\":\"t" + tokens.incrementAndGet() + "\",\"expires_in\":300}");
                return true;
            }
            String given = String.valueOf(exchange.getRequestHeaders().getFirst("Authorization"));
            boolean first = given.equals("Bearer t1") && served.getAndIncrement() == 0;
            if (first || given.equals("Bearer t2")) {
                return false;
            }
            if (given.equals("Bearer t1")) {
                together.countDown();
                await(together);
            }
            exchange.getResponseHeaders().set("WWW-Authenticate", "Bearer realm=\"" + registry.url() + "/token\"");
            FakeRegistry.answer(exchange, 401, "");
            return true;
        });

        assertThat(fetch()).isEqualTo(CONTENT);
        assertThat(tokens.get()).isEqualTo(2);
    }

    @Test
    void nothingIsWrittenOnceTheReaderHasGone() throws Exception {
        registry.replace("/v2/a/blobs/" + BLOB.digest(), CONTENT);
        CountDownLatch never = new CountDownLatch(1);
        registry.behave(exchange -> {
            if (FakeRegistry.from(exchange) < 3 * PART) {
                return false;
            }
            await(never);
            return true;
        });
        try (RegistryClient client = client()) {
            InputStream bytes = client.session(
                            ImageReference.parse(registry.host() + "/a:1"), RegistryAuth.ANONYMOUS, pull)
                    .layer(BLOB, spool, progress::add)
                    .bytes();
            bytes.readNBytes(2 * PART);
            bytes.close();
            assertThat(Thread.getAllStackTraces().keySet())
                    .extracting(Thread::getName)
                    .noneMatch(name ->
                            name.startsWith("image-part-" + BLOB.digest().hex().substring(0, 12)));
            never.countDown();
            // All places were given back: as many blobs as there are places can be read now.
            registry.behave(exchange -> false);
            for (int i = 0; i < 3; i++) {
                assertThat(read(client)).isEqualTo(CONTENT);
            }
        }
    }

    private static void pause() {
        try {
            Thread.sleep(20);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** A spool in memory, which is small here. */
    private static final class Memory implements Spool {
        private final byte[] bytes = new byte[CONTENT.length];

        @Override
        public synchronized void write(long at, ByteBuffer part) {
            part.get(bytes, (int) at, part.remaining());
        }

        @Override
        public synchronized void read(long at, ByteBuffer part) {
            part.put(bytes, (int) at, part.remaining());
        }
    }
}
