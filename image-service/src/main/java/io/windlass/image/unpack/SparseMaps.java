package io.windlass.image.unpack;

import io.windlass.image.unpack.TarEntry.Segment;
import java.util.ArrayList;
import java.util.List;

/** Reads the ways in which GNU tar writes where the data of a sparse file belongs. */
final class SparseMaps {
    private static final int MOST_SEGMENTS = 200_000;
    private static final int OLD_ENTRY = 24;

    private SparseMaps() {}

    /** Reads a sparse file's map from the old GNU header and the blocks that continue it. */
    static List<Segment> old(TarBlock header, BlockSource more) {
        List<Segment> result = new ArrayList<>();
        addOld(header, 386, 4, result);
        boolean continues = header.at(482) != 0;
        while (continues) {
            TarBlock block = more.nextBlock();
            addOld(block, 0, 21, result);
            continues = block.at(504) != 0;
            checkCount(result.size());
        }
        return result;
    }

    private static void addOld(TarBlock block, int offset, int count, List<Segment> result) {
        for (int i = 0; i < count; i++) {
            int at = offset + i * OLD_ENTRY;
            if (block.at(at) == 0 && block.at(at + 12) == 0) {
                return;
            }
            result.add(new Segment(block.number(at, 12), block.number(at + 12, 12)));
        }
    }

    /** Reads the comma-separated map of PAX forms 0.0 and 0.1. */
    static List<Segment> listed(String map) {
        String[] numbers = map.isEmpty() ? new String[0] : map.split(",", -1);
        checkCount(numbers.length / 2);
        if (numbers.length % 2 != 0) {
            throw new TarFormatException("it has a sparse map with an odd number of fields");
        }
        List<Segment> result = new ArrayList<>();
        for (int i = 0; i < numbers.length; i += 2) {
            result.add(new Segment(
                    PaxRecords.decimal(numbers[i], "sparse offset"),
                    PaxRecords.decimal(numbers[i + 1], "sparse length")));
        }
        return result;
    }

    /** Reads the map that PAX form 1.0 puts in front of the data, as lines padded to whole blocks. */
    static List<Segment> leading(BlockSource data) {
        LineReader lines = new LineReader(data);
        long count = lines.next();
        if (count < 0) {
            throw new TarFormatException("it has a sparse map of negative length");
        }
        checkCount(count);
        List<Segment> result = new ArrayList<>();
        for (long i = 0; i < count; i++) {
            result.add(new Segment(lines.next(), lines.next()));
        }
        return result;
    }

    private static void checkCount(long segments) {
        if (segments > MOST_SEGMENTS) {
            throw new TarFormatException("it has a sparse file of more than " + MOST_SEGMENTS + " pieces");
        }
    }

    /** Segments must be in order, within the file, and as long together as the data that follows. */
    static List<Segment> checked(List<Segment> segments, long fileSize, long dataSize) {
        long end = 0;
        long total = 0;
        for (Segment segment : segments) {
            if (segment.offset() < end || segment.length() < 0 || segment.length() > fileSize - segment.offset()) {
                throw new TarFormatException("it has a sparse map that is out of order or leaves the file");
            }
            end = segment.offset() + segment.length();
            total += segment.length();
        }
        if (total != dataSize) {
            throw new TarFormatException(
                    "it has a sparse map of " + total + " bytes for " + dataSize + " bytes of data");
        }
        return List.copyOf(segments);
    }

    /** Gives further 512-byte blocks. */
    interface BlockSource {
        TarBlock nextBlock();
    }

    private static final class LineReader {
        private final BlockSource source;
        private TarBlock block;
        private int at;

        LineReader(BlockSource source) {
            this.source = source;
            this.block = source.nextBlock();
        }

        long next() {
            long value = 0;
            int digits = 0;
            while (true) {
                if (at == TarBlock.SIZE) {
                    block = source.nextBlock();
                    at = 0;
                }
                byte b = block.at(at++);
                if (b == '\n' && digits > 0) {
                    return value;
                }
                if (b < '0' || b > '9' || ++digits > 18) {
                    throw new TarFormatException("it has a malformed sparse map");
                }
                value = value * 10 + (b - '0');
            }
        }
    }
}
