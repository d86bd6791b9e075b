package io.windlass.linux.library;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipException;

/** ISA-L, the library of igzip: inflates gzip two to three times as fast as zlib. Thread-safe. */
public final class LibIsal {
    /** More than {@code struct inflate_state} has (87,368 bytes). */
    private static final long STATE_SIZE = 128 << 10;

    // Fields of that struct, of libisal.so.2; check() finds a library that has them elsewhere.
    private static final long NEXT_OUT = 0;
    private static final long AVAIL_OUT = 8;
    private static final long NEXT_IN = 16;
    private static final long AVAIL_IN = 32;
    private static final long BLOCK_STATE = 21160;
    private static final long CRC_FLAG = 21172;

    private static final int ISAL_GZIP = 1;
    private static final int ISAL_BLOCK_FINISH = 5;
    private static final int ISAL_INVALID_WRAPPER = -4;
    private static final int ISAL_INCORRECT_CHECKSUM = -6;

    private static final int BUFFER = 128 << 10;

    private final MethodHandle init;
    private final MethodHandle inflate;

    private LibIsal(NativeLibrary library) {
        init = library.function("isal_inflate_init", FunctionDescriptor.ofVoid(ValueLayout.ADDRESS));
        inflate = library.function("isal_inflate", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS));
        check();
    }

    /** The node's library; empty where it has none of a known version. */
    public static Optional<LibIsal> find() {
        return Holder.LIBRARY;
    }

    /** What {@link java.util.zip.GZIPInputStream} would read, all members of it. Closing it closes {@code packed}. */
    public InputStream gunzip(InputStream packed) {
        return new Gunzip(packed);
    }

    private void check() {
        byte[] sample = "what any library must agree about ".repeat(200).getBytes(StandardCharsets.US_ASCII);
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try {
            // Two members: the end of the first has to be seen.
            for (int member = 0; member < 2; member++) {
                try (GZIPOutputStream zipped = new GZIPOutputStream(packed)) {
                    zipped.write(sample);
                }
            }
            byte[] inflated;
            try (InputStream in = gunzip(new ByteArrayInputStream(packed.toByteArray()))) {
                inflated = in.readNBytes(3 * sample.length);
            }
            if (inflated.length != 2 * sample.length
                    || !Arrays.equals(inflated, 0, sample.length, sample, 0, sample.length)
                    || !Arrays.equals(inflated, sample.length, 2 * sample.length, sample, 0, sample.length)) {
                throw new IllegalStateException("what it inflates is wrong");
            }
        } catch (IOException e) {
            throw new IllegalStateException("it cannot inflate: " + e.getMessage(), e);
        }
    }

    private static LinkageError unexpected(Throwable e) {
        return new LinkageError("cannot call libisal", e);
    }

    /** Loaded when it is first asked for. */
    private static final class Holder {
        static final Optional<LibIsal> LIBRARY = NativeLibrary.load(List.of("libisal.so.2"), LibIsal::new);
    }

    /** Not thread-safe. */
    private final class Gunzip extends InputStream {
        private final InputStream packed;
        private final byte[] fill = new byte[BUFFER];
        private final Arena arena = Arena.ofShared();
        private final MemorySegment state = arena.allocate(STATE_SIZE, 16);
        private final MemorySegment input = arena.allocate(BUFFER, 64);
        private final MemorySegment output = arena.allocate(BUFFER, 64);
        private int inflated;
        private int taken;
        private int members;
        private boolean ended;

        Gunzip(InputStream packed) {
            this.packed = packed;
            begin();
        }

        private void begin() {
            MemorySegment nextIn = state.get(ValueLayout.ADDRESS, NEXT_IN);
            int availableIn = state.get(ValueLayout.JAVA_INT, AVAIL_IN);
            try {
                init.invokeExact(state);
            } catch (Throwable e) {
                throw unexpected(e);
            }
            state.set(ValueLayout.ADDRESS, NEXT_IN, nextIn);
            state.set(ValueLayout.JAVA_INT, AVAIL_IN, availableIn);
            state.set(ValueLayout.JAVA_INT, CRC_FLAG, ISAL_GZIP);
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            if (!arena.scope().isAlive()) {
                throw new IOException("the stream is closed");
            }
            if (length == 0) {
                return 0;
            }
            while (taken == inflated) {
                if (ended || !inflateMore()) {
                    ended = true;
                    return -1;
                }
            }
            int count = Math.min(length, inflated - taken);
            MemorySegment.copy(output, ValueLayout.JAVA_BYTE, taken, buffer, offset, count);
            taken += count;
            return count;
        }

        /** False at the end of the last member. */
        private boolean inflateMore() throws IOException {
            if (state.get(ValueLayout.JAVA_INT, BLOCK_STATE) == ISAL_BLOCK_FINISH) {
                if (!hasInput()) {
                    return false;
                }
                members++;
                begin();
            } else if (inflated < BUFFER && !hasInput()) {
                // With a full buffer there may be more to come from what was read before.
                throw new EOFException("it ends too early");
            }
            int result = inflateOnce();
            if (result == ISAL_INVALID_WRAPPER && members > 0) {
                // Whatever follows the last member is not for gzip.
                return false;
            }
            if (result < 0) {
                throw new ZipException(message(result));
            }
            return true;
        }

        private int inflateOnce() {
            state.set(ValueLayout.ADDRESS, NEXT_OUT, output);
            state.set(ValueLayout.JAVA_INT, AVAIL_OUT, BUFFER);
            int result;
            try {
                result = (int) inflate.invokeExact(state);
            } catch (Throwable e) {
                throw unexpected(e);
            }
            taken = 0;
            inflated = BUFFER - state.get(ValueLayout.JAVA_INT, AVAIL_OUT);
            return result;
        }

        private boolean hasInput() throws IOException {
            if (state.get(ValueLayout.JAVA_INT, AVAIL_IN) > 0) {
                return true;
            }
            int count = packed.read(fill, 0, BUFFER);
            if (count < 0) {
                return false;
            }
            MemorySegment.copy(fill, 0, input, ValueLayout.JAVA_BYTE, 0, count);
            state.set(ValueLayout.ADDRESS, NEXT_IN, input);
            state.set(ValueLayout.JAVA_INT, AVAIL_IN, count);
            return true;
        }

        private static String message(int result) {
            return switch (result) {
                case ISAL_INVALID_WRAPPER -> "it is not in gzip format";
                case ISAL_INCORRECT_CHECKSUM -> "its checksum is wrong";
                default -> "its deflate data is damaged (" + result + ")";
            };
        }

        @Override
        public void close() throws IOException {
            if (arena.scope().isAlive()) {
                arena.close();
                packed.close();
            }
        }
    }
}
