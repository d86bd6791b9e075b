package io.windlass.cli;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.BlockingClientCall;
import io.windlass.node.v1.Chunk;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.Iterator;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Moves archives between files, or the standard streams, and the daemon. */
final class Transfers {
    private static final int CHUNK = 256 << 10;
    private static final String STANDARD = "-";

    private Transfers() {}

    /** A file of this name appears when all of it is there; {@code -} is the standard output. */
    static long receive(Iterator<Chunk> chunks, String target) throws IOException {
        if (target.equals(STANDARD)) {
            long bytes = write(chunks, System.out);
            System.out.flush();
            return bytes;
        }
        Path file = Path.of(target).toAbsolutePath();
        if (Files.isDirectory(file)) {
            throw new IOException(target + " is a folder; name a file, or - for the standard output");
        }
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            try (OutputStream out = Files.newOutputStream(file)) {
                return write(chunks, out);
            }
        }
        Path folder = file.getParent();
        if (folder == null || !Files.isDirectory(folder)) {
            throw new IOException("the folder of " + target + " is not there; make it first");
        }
        Path partial = Files.createTempFile(folder, "." + file.getFileName(), ".partial");
        try {
            long bytes;
            try (OutputStream out = Files.newOutputStream(partial)) {
                bytes = write(chunks, out);
            }
            Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE);
            return bytes;
        } finally {
            Files.deleteIfExists(partial);
        }
    }

    private static long write(Iterator<Chunk> chunks, OutputStream out) throws IOException {
        long bytes = 0;
        while (chunks.hasNext()) {
            Chunk chunk = chunks.next();
            chunk.getData().writeTo(out);
            bytes += chunk.getData().size();
        }
        return bytes;
    }

    /** Opens what is sent; {@code -} is the standard input. */
    static InputStream open(String source) throws IOException {
        if (source.equals(STANDARD)) {
            return System.in;
        }
        Path file = Path.of(source);
        if (!Files.exists(file)) {
            throw new IOException("there is no file " + source);
        }
        if (Files.isDirectory(file)) {
            throw new IOException(source + " is a folder, not an archive");
        }
        return Files.newInputStream(file);
    }

    /** Sends a request that says what follows, and then all of a stream. */
    static <Q, R> R send(BlockingClientCall<Q, R> call, Q first, InputStream source, Function<ByteString, Q> request)
            throws IOException {
        try {
            call.write(first);
        } catch (StatusException e) {
            throw new StatusRuntimeException(e.getStatus(), e.getTrailers());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
        return send(call, source, request);
    }

    /** Sends all of a stream and returns the answer; the daemon may answer before it has taken all. */
    static <Q, R> R send(BlockingClientCall<Q, R> call, InputStream source, Function<ByteString, Q> request)
            throws IOException {
        try {
            byte[] buffer = new byte[CHUNK];
            boolean taken = true;
            for (int count = source.readNBytes(buffer, 0, CHUNK);
                    taken && count > 0;
                    count = source.readNBytes(buffer, 0, CHUNK)) {
                taken = call.write(request.apply(UnsafeByteOperations.unsafeWrap(Arrays.copyOf(buffer, count))));
            }
            if (taken) {
                call.halfClose();
            }
            @Nullable R answer = call.read();
            if (answer == null) {
                throw new IOException("the daemon ended the call without an answer");
            }
            return answer;
        } catch (StatusException e) {
            throw new StatusRuntimeException(e.getStatus(), e.getTrailers());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }
}
