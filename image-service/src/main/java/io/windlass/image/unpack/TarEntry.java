package io.windlass.image.unpack;

import java.util.List;

/**
 * One member of a layer archive. Names are {@link io.windlass.linux.RawName}s.
 *
 * @param size bytes of the file; for a sparse one including the holes
 * @param linkTarget of symbolic and hard links
 * @param segments where the data that follows belongs; one segment of the whole file when it is not sparse
 */
public record TarEntry(
        String path,
        TarType type,
        int mode,
        int uid,
        int gid,
        long size,
        long modifiedSeconds,
        int modifiedNanos,
        String linkTarget,
        int deviceMajor,
        int deviceMinor,
        List<Attribute> attributes,
        List<Segment> segments) {
    /** An extended attribute, as raw bytes: values such as security.capability are binary. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    public record Attribute(byte[] name, byte[] value) {}

    /** Data of {@code length} bytes at {@code offset} of the file. */
    public record Segment(long offset, long length) {}
}
