package io.windlass.image.unpack;

import io.windlass.image.unpack.TarEntry.Segment;
import io.windlass.linux.RawName;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads tar archives as image builders write them: v7, POSIX ustar, PAX and GNU, with sparse files. Not thread-safe.
 *
 * <p>Memory is bounded whatever the archive says: extended headers above 1 MiB are refused, and data is only streamed.
 */
public final class TarReader {
    private static final int MOST_HEADER_BYTES = 1 << 20;
    private static final long MOST_DATA_BYTES = 1L << 60;

    private final InputStream in;
    private final PaxRecords global = new PaxRecords();
    private long dataLeft;
    private long paddingLeft;

    public TarReader(InputStream in) {
        this.in = in;
    }

    /** The next member, after skipping what is left of the one before; empty at the end of the archive. */
    public Optional<TarEntry> next() throws IOException {
        try {
            PaxRecords pax = new PaxRecords();
            pax.addAll(global);
            byte[] longName = null;
            byte[] longLink = null;
            while (true) {
                skip(dataLeft + paddingLeft);
                dataLeft = 0;
                paddingLeft = 0;
                TarBlock header = readHeader();
                if (header == null) {
                    return Optional.empty();
                }
                char type = header.type();
                switch (type) {
                    case 'x' -> pax.add(readExtended(header));
                    case 'g' -> {
                        byte[] records = readExtended(header);
                        global.add(records);
                        pax.add(records);
                    }
                    case 'L' -> longName = withoutNul(readExtended(header));
                    case 'K' -> longLink = withoutNul(readExtended(header));
                    default -> {
                        return Optional.of(entry(header, pax, longName, longLink));
                    }
                }
            }
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    /** Reads up to {@code most} bytes of the current member's data, at least one; it must have that much left. */
    public int read(byte[] buffer, int most) throws IOException {
        int count = in.read(buffer, 0, (int) Math.min(most, dataLeft));
        if (count <= 0) {
            throw truncated();
        }
        dataLeft -= count;
        return count;
    }

    private @Nullable TarBlock readHeader() throws IOException {
        byte[] bytes = in.readNBytes(TarBlock.SIZE);
        if (bytes.length == 0) {
            return null;
        }
        if (bytes.length < TarBlock.SIZE) {
            throw truncated();
        }
        TarBlock block = new TarBlock(bytes);
        if (block.isZero()) {
            // The end is two zero blocks; what follows is padding, which nobody reads.
            return null;
        }
        block.check();
        return block;
    }

    private byte[] readExtended(TarBlock header) throws IOException {
        long size = header.number(124, 12);
        if (size < 0 || size > MOST_HEADER_BYTES) {
            throw new TarFormatException(
                    "it has an extended header of " + size + " bytes, more than " + MOST_HEADER_BYTES);
        }
        byte[] content = in.readNBytes((int) size);
        if (content.length < size) {
            throw truncated();
        }
        skip(padding(size));
        return content;
    }

    private TarEntry entry(TarBlock header, PaxRecords pax, byte @Nullable [] longName, byte @Nullable [] longLink) {
        String path = RawName.decode(name(header, pax, longName));
        TarType type = type(header, path);
        long dataSize = pax.number("size", header.number(124, 12));
        if (dataSize < 0 || dataSize > MOST_DATA_BYTES) {
            throw new TarFormatException("it has a member '" + path + "' of impossible size " + dataSize);
        }
        dataLeft = type == TarType.FILE ? dataSize : 0;
        paddingLeft = padding(dataLeft);
        long size = dataLeft;
        List<Segment> segments = List.of(new Segment(0, dataLeft));
        if (type == TarType.FILE && isSparse(header, pax)) {
            size = sparseSize(header, pax);
            segments = SparseMaps.checked(sparseMap(header, pax), size, dataLeft);
        }
        Optional<long[]> modified = pax.time("mtime");
        return new TarEntry(
                path,
                type,
                (int) header.number(100, 8) & 07777,
                id(pax.number("uid", header.number(108, 8))),
                id(pax.number("gid", header.number(116, 8))),
                size,
                modified.map(t -> t[0]).orElseGet(() -> header.number(136, 12)),
                modified.map(t -> (int) t[1]).orElse(0),
                RawName.decode(link(header, pax, longLink)),
                device(header, 329, type),
                device(header, 337, type),
                pax.attributes(),
                segments);
    }

    private static byte[] name(TarBlock header, PaxRecords pax, byte @Nullable [] longName) {
        byte[] fromPax = pax.bytes("GNU.sparse.name") != null ? pax.bytes("GNU.sparse.name") : pax.bytes("path");
        if (fromPax != null) {
            return fromPax;
        }
        if (longName != null) {
            return longName;
        }
        byte[] name = header.text(0, 100);
        byte[] prefix = header.isPosix() ? header.text(345, 155) : new byte[0];
        if (prefix.length == 0) {
            return name;
        }
        byte[] joined = Arrays.copyOf(prefix, prefix.length + 1 + name.length);
        joined[prefix.length] = '/';
        System.arraycopy(name, 0, joined, prefix.length + 1, name.length);
        return joined;
    }

    private static byte[] link(TarBlock header, PaxRecords pax, byte @Nullable [] longLink) {
        byte[] fromPax = pax.bytes("linkpath");
        if (fromPax != null) {
            return fromPax;
        }
        return longLink != null ? longLink : header.text(157, 100);
    }

    private static TarType type(TarBlock header, String path) {
        return switch (header.type()) {
            // Before ustar a directory was a file whose name ends in a slash.
            case '0', 0 -> path.endsWith("/") ? TarType.DIRECTORY : TarType.FILE;
            case '7', 'S' -> TarType.FILE;
            case '1' -> TarType.HARD_LINK;
            case '2' -> TarType.SYMBOLIC_LINK;
            case '3' -> TarType.CHARACTER_DEVICE;
            case '4' -> TarType.BLOCK_DEVICE;
            case '5' -> TarType.DIRECTORY;
            case '6' -> TarType.FIFO;
            default ->
                throw new TarFormatException("it has a member '" + path + "' of the type " + printable(header.type())
                        + ", which is not supported");
        };
    }

    private static String printable(char type) {
        return type > ' ' && type < 0x7f ? "'" + type + "'" : "0x" + Integer.toHexString(type);
    }

    private static boolean isSparse(TarBlock header, PaxRecords pax) {
        return header.type() == 'S' || pax.bytes("GNU.sparse.map") != null || pax.bytes("GNU.sparse.major") != null;
    }

    private static long sparseSize(TarBlock header, PaxRecords pax) {
        long size = header.type() == 'S'
                ? header.number(483, 12)
                : pax.number("GNU.sparse.realsize", pax.number("GNU.sparse.size", -1));
        if (size < 0) {
            throw new TarFormatException("it has a sparse member without a size");
        }
        return size;
    }

    private List<Segment> sparseMap(TarBlock header, PaxRecords pax) {
        if (header.type() == 'S') {
            return SparseMaps.old(header, this::extensionBlock);
        }
        Optional<String> listed = pax.text("GNU.sparse.map");
        if (listed.isPresent()) {
            return SparseMaps.listed(listed.get());
        }
        if (pax.number("GNU.sparse.major", 0) == 1 && pax.number("GNU.sparse.minor", 0) == 0) {
            return SparseMaps.leading(this::dataBlock);
        }
        throw new TarFormatException("it has a sparse member of an unknown version");
    }

    /** A block between the header and the data. */
    private TarBlock extensionBlock() {
        try {
            byte[] bytes = in.readNBytes(TarBlock.SIZE);
            if (bytes.length < TarBlock.SIZE) {
                throw truncated();
            }
            return new TarBlock(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A block that counts as data of the member. */
    private TarBlock dataBlock() {
        if (dataLeft < TarBlock.SIZE) {
            throw new TarFormatException("it has a sparse member that ends in its map");
        }
        dataLeft -= TarBlock.SIZE;
        return extensionBlock();
    }

    private static int device(TarBlock header, int offset, TarType type) {
        if (type != TarType.CHARACTER_DEVICE && type != TarType.BLOCK_DEVICE) {
            return 0;
        }
        long number = header.number(offset, 8);
        if (number < 0 || number > 0xfffff) {
            throw new TarFormatException("it has a device whose number " + number + " is out of range");
        }
        return (int) number;
    }

    private static int id(long number) {
        if (number < 0 || number > 0xffff_fffeL) {
            throw new TarFormatException("it has a member with the user or group id " + number);
        }
        return (int) number;
    }

    private static byte[] withoutNul(byte[] name) {
        int end = 0;
        while (end < name.length && name[end] != 0) {
            end++;
        }
        return Arrays.copyOf(name, end);
    }

    private static long padding(long size) {
        return -size & (TarBlock.SIZE - 1);
    }

    private void skip(long count) throws IOException {
        try {
            in.skipNBytes(count);
        } catch (EOFException e) {
            throw truncated();
        }
    }

    private static TarFormatException truncated() {
        return new TarFormatException("it ends in the middle of a member");
    }
}
