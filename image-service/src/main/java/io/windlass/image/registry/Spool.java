package io.windlass.image.registry;

import java.io.IOException;
import java.nio.ByteBuffer;

/** A file that takes a blob's parts in whatever order they come. Thread-safe. */
public interface Spool {
    /** Writes all of {@code bytes} from byte {@code at} of the blob on. */
    void write(long at, ByteBuffer bytes) throws IOException;

    /** Fills {@code bytes} with what was written from byte {@code at} on. */
    void read(long at, ByteBuffer bytes) throws IOException;
}
