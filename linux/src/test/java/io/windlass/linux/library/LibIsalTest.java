package io.windlass.linux.library;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.Deflater;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LibIsalTest {
    private final Random random = new Random(1);
    /** The tests' packages bring it: see scripts/setup. */
    private final LibIsal library = LibIsal.find().orElseThrow();

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 100, 65_535, 65_536, 131_072, 131_073, 1_000_000, 5_000_000})
    void whatIsReadIsWhatTheJdkWouldRead(int size) throws IOException {
        for (int level : new int[] {Deflater.NO_COMPRESSION, Deflater.BEST_SPEED, Deflater.BEST_COMPRESSION}) {
            byte[] content = content(size);
            byte[] packed = packed(content, level);

            assertThat(inflated(packed)).isEqualTo(content);
            assertThat(inflated(packed))
                    .isEqualTo(new GZIPInputStream(new ByteArrayInputStream(packed)).readAllBytes());
        }
    }

    @Test
    void theInputMayComeInAnyPieces() throws IOException {
        byte[] content = content(700_000);
        byte[] packed = joined(packed(content, 6), packed(content, 1));
        InputStream pieces = new FilterInputStream(new ByteArrayInputStream(packed)) {
            @Override
            public int read(byte[] buffer, int offset, int length) throws IOException {
                return super.read(buffer, offset, Math.min(length, 1 + random.nextInt(50)));
            }
        };

        try (InputStream in = library.gunzip(pieces)) {
            assertThat(in.readAllBytes()).isEqualTo(joined(content, content));
        }
    }

    @Test
    void zerosThatInflateAThousandfoldComeInOrder() throws IOException {
        byte[] zeros = new byte[20_000_000];

        assertThat(inflated(packed(zeros, 9))).isEqualTo(zeros);
    }

    @Test
    void membersFollowEachOther() throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        ByteArrayOutputStream expected = new ByteArrayOutputStream();
        for (int i = 0; i < 200; i++) {
            byte[] content = content(random.nextInt(3000));
            expected.writeBytes(content);
            all.writeBytes(packed(content, 6));
        }

        assertThat(inflated(all.toByteArray())).isEqualTo(expected.toByteArray());
    }

    @Test
    void whatFollowsTheLastMemberIsLeftAlone() throws IOException {
        byte[] content = content(10_000);
        byte[] text = "this is no gzip".getBytes(StandardCharsets.US_ASCII);

        assertThat(inflated(joined(packed(content, 6), new byte[700]))).isEqualTo(content);
        assertThat(inflated(joined(packed(content, 6), text))).isEqualTo(content);
    }

    @Test
    void aStreamThatEndsTooEarlyIsDamaged() throws IOException {
        byte[] packed = packed(content(200_000), 6);
        for (int cut : new int[] {0, 1, 5, 10, 11, 1000, packed.length / 2, packed.length - 9, packed.length - 1}) {
            assertThatThrownBy(() -> inflated(Arrays.copyOf(packed, cut)))
                    .as("cut at " + cut)
                    .isInstanceOf(IOException.class);
        }
    }

    /** Every single bit of a small archive: it is told, unless it is one of the header that means nothing. */
    @Test
    void noFlippedBitChangesTheContent() throws IOException {
        byte[] content = content(300);
        byte[] packed = packed(content, 6);
        int told = 0;
        for (int bit = 0; bit < packed.length * 8; bit++) {
            byte[] damaged = packed.clone();
            damaged[bit / 8] ^= (byte) (1 << (bit % 8));
            try {
                assertThat(inflated(damaged)).as("bit " + bit).isEqualTo(content);
            } catch (IOException e) {
                told++;
            }
        }
        int header = 10;
        assertThat(told).isGreaterThanOrEqualTo((packed.length - header) * 8);
    }

    @Test
    void whatIsNoGzipIsRefused() {
        assertThatThrownBy(() -> inflated(new byte[1000]))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("gzip");
    }

    @Test
    void aClosedStreamClosesItsSourceOnceAndReadsNoMore() throws IOException {
        AtomicInteger closed = new AtomicInteger();
        InputStream source = new FilterInputStream(new ByteArrayInputStream(packed(content(100), 6))) {
            @Override
            public void close() {
                closed.incrementAndGet();
            }
        };
        InputStream in = library.gunzip(source);
        in.close();
        in.close();

        assertThat(closed).hasValue(1);
        assertThatThrownBy(in::read).isInstanceOf(IOException.class).hasMessageContaining("closed");
    }

    /** Half of it can be compressed. */
    private byte[] content(int size) {
        byte[] content = new byte[size];
        random.nextBytes(content);
        for (int i = 0; i < size; i++) {
            if (i / 700 % 2 == 0) {
                content[i] = (byte) (i % 7);
            }
        }
        return content;
    }

    private static byte[] packed(byte[] content, int level) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (OutputStream zipped = new GZIPOutputStream(packed) {
            {
                def.setLevel(level);
            }
        }) {
            zipped.write(content);
        }
        return packed.toByteArray();
    }

    private byte[] inflated(byte[] packed) throws IOException {
        try (InputStream in = library.gunzip(new ByteArrayInputStream(packed))) {
            return in.readAllBytes();
        }
    }

    private static byte[] joined(byte[] a, byte[] b) {
        byte[] both = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, both, a.length, b.length);
        return both;
    }
}
