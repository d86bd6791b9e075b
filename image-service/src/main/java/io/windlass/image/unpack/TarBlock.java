package io.windlass.image.unpack;

import java.util.Arrays;

/** Fields of one 512-byte header block. */
final class TarBlock {
    static final int SIZE = 512;

    private static final int CHECKSUM_AT = 148;
    private static final int CHECKSUM_LENGTH = 8;
    private static final int MAGIC_AT = 257;

    private final byte[] bytes;

    TarBlock(byte[] bytes) {
        this.bytes = bytes;
    }

    boolean isZero() {
        for (byte b : bytes) {
            if (b != 0) {
                return false;
            }
        }
        return true;
    }

    /** Some old writers summed signed bytes, so both sums are taken. */
    void check() {
        long unsigned = 0;
        long signed = 0;
        for (int i = 0; i < SIZE; i++) {
            boolean inChecksum = i >= CHECKSUM_AT && i < CHECKSUM_AT + CHECKSUM_LENGTH;
            int value = inChecksum ? ' ' : bytes[i];
            unsigned += value & 0xff;
            signed += value;
        }
        long stored = number(CHECKSUM_AT, CHECKSUM_LENGTH);
        if (stored != unsigned && stored != signed) {
            throw new TarFormatException(
                    "it has a header whose checksum does not match: no tar archive, or a damaged one");
        }
    }

    char type() {
        return (char) (bytes[156] & 0xff);
    }

    /** POSIX ustar, whose header has a prefix field for long names. */
    boolean isPosix() {
        return bytes[MAGIC_AT + 5] == 0 && hasUstar();
    }

    boolean isGnu() {
        return bytes[MAGIC_AT + 5] == ' ' && hasUstar();
    }

    private boolean hasUstar() {
        return bytes[MAGIC_AT] == 'u'
                && bytes[MAGIC_AT + 1] == 's'
                && bytes[MAGIC_AT + 2] == 't'
                && bytes[MAGIC_AT + 3] == 'a'
                && bytes[MAGIC_AT + 4] == 'r';
    }

    byte at(int offset) {
        return bytes[offset];
    }

    /** Text up to a NUL or the field's end. */
    byte[] text(int offset, int length) {
        int end = offset;
        while (end < offset + length && bytes[end] != 0) {
            end++;
        }
        return Arrays.copyOfRange(bytes, offset, end);
    }

    /** A number in octal digits, or in binary (base 256) when the first bit is set. */
    long number(int offset, int length) {
        if ((bytes[offset] & 0x80) != 0) {
            return binary(offset, length);
        }
        int at = offset;
        int end = offset + length;
        while (at < end && (bytes[at] == ' ' || bytes[at] == 0)) {
            at++;
        }
        long value = 0;
        while (at < end && bytes[at] >= '0' && bytes[at] <= '7') {
            value = value * 8 + (bytes[at++] - '0');
        }
        if (at < end && bytes[at] != ' ' && bytes[at] != 0) {
            throw new TarFormatException("it has a header with a number that is not octal");
        }
        return value;
    }

    private long binary(int offset, int length) {
        boolean negative = (bytes[offset] & 0x40) != 0;
        long value = negative ? -1L << 6 | (bytes[offset] & 0x3f) : bytes[offset] & 0x3f;
        for (int i = offset + 1; i < offset + length; i++) {
            if (value > (Long.MAX_VALUE >> 8) || value < (Long.MIN_VALUE >> 8)) {
                throw new TarFormatException("it has a header with a number of more than 63 bits");
            }
            value = value << 8 | (bytes[i] & 0xff);
        }
        return value;
    }
}
