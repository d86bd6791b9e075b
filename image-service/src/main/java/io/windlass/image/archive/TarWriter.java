package io.windlass.image.archive;

import io.windlass.linux.RawName;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;

/**
 * Writes tar archives in the PAX form of POSIX.1-2001: what a ustar header cannot say goes into an extended header before it.
 * Not thread-safe.
 */
final class TarWriter {
    private static final int BLOCK = 512;
    private static final int NAME_BYTES = 100;
    private static final long MOST_SIZE = 077777777777L;
    private static final long MOST_ID = 07777777;

    private final OutputStream out;

    TarWriter(OutputStream out) {
        this.out = out;
    }

    /** Begins a member; {@code size} bytes of data have to follow, and {@link #pad}. */
    void begin(TarMember member) throws IOException {
        byte[] extended = extended(member);
        if (extended.length > 0) {
            byte[] name = "PaxHeaders/entry".getBytes(StandardCharsets.US_ASCII);
            header(name, 'x', 0644, 0, 0, extended.length, 0, new byte[0], 0, 0);
            out.write(extended);
            pad(extended.length);
        }
        header(
                RawName.encode(member.path()),
                member.type(),
                member.mode(),
                member.uid(),
                member.gid(),
                member.size(),
                Math.max(0, member.modified().getEpochSecond()),
                RawName.encode(member.link()),
                member.deviceMajor(),
                member.deviceMinor());
    }

    void data(byte[] bytes, int count) throws IOException {
        out.write(bytes, 0, count);
    }

    /** Ends a member of {@code size} bytes. */
    void pad(long size) throws IOException {
        out.write(new byte[(int) (-size & (BLOCK - 1))]);
    }

    /** Ends the archive; the stream stays open. */
    void end() throws IOException {
        out.write(new byte[2 * BLOCK]);
        out.flush();
    }

    private static byte[] extended(TarMember member) {
        ByteArrayOutputStream records = new ByteArrayOutputStream();
        byte[] path = RawName.encode(member.path());
        byte[] link = RawName.encode(member.link());
        if (path.length > NAME_BYTES || !ascii(path)) {
            record(records, "path", path);
        }
        if (link.length > NAME_BYTES || !ascii(link)) {
            record(records, "linkpath", link);
        }
        if (member.size() > MOST_SIZE) {
            record(records, "size", text(member.size()));
        }
        if (Integer.toUnsignedLong(member.uid()) > MOST_ID) {
            record(records, "uid", text(Integer.toUnsignedLong(member.uid())));
        }
        if (Integer.toUnsignedLong(member.gid()) > MOST_ID) {
            record(records, "gid", text(Integer.toUnsignedLong(member.gid())));
        }
        Instant modified = member.modified();
        long seconds = modified.getEpochSecond();
        int nanoseconds = modified.getNano();
        if (nanoseconds != 0) {
            String time = "%d.%09d".formatted(seconds, nanoseconds);
            record(records, "mtime", time.getBytes(StandardCharsets.US_ASCII));
        }
        for (Map.Entry<String, byte[]> attribute : member.attributes().entrySet()) {
            record(records, "SCHILY.xattr." + attribute.getKey(), attribute.getValue());
        }
        return records.toByteArray();
    }

    /** "LENGTH KEY=VALUE\n", where LENGTH counts itself. */
    private static void record(ByteArrayOutputStream records, String key, byte[] value) {
        byte[] name = key.getBytes(StandardCharsets.ISO_8859_1);
        int rest = name.length + value.length + 3;
        int length = rest + Integer.toString(rest).length();
        if (Integer.toString(length).length() > Integer.toString(rest).length()) {
            length++;
        }
        records.writeBytes((length + " ").getBytes(StandardCharsets.US_ASCII));
        records.writeBytes(name);
        records.write('=');
        records.writeBytes(value);
        records.write('\n');
    }

    private void header(
            byte[] name,
            char type,
            int mode,
            int uid,
            int gid,
            long size,
            long modified,
            byte[] link,
            int deviceMajor,
            int deviceMinor)
            throws IOException {
        byte[] block = new byte[BLOCK];
        bytes(block, 0, NAME_BYTES, name);
        octal(block, 100, 8, mode);
        octal(block, 108, 8, Math.min(Integer.toUnsignedLong(uid), MOST_ID));
        octal(block, 116, 8, Math.min(Integer.toUnsignedLong(gid), MOST_ID));
        octal(block, 124, 12, Math.min(size, MOST_SIZE));
        octal(block, 136, 12, Math.min(modified, MOST_SIZE));
        Arrays.fill(block, 148, 156, (byte) ' ');
        block[156] = (byte) type;
        bytes(block, 157, NAME_BYTES, link);
        bytes(block, 257, 8, "ustar\00000".getBytes(StandardCharsets.US_ASCII));
        octal(block, 329, 8, deviceMajor);
        octal(block, 337, 8, deviceMinor);
        long sum = 0;
        for (byte b : block) {
            sum += b & 0xff;
        }
        octal(block, 148, 7, sum);
        out.write(block);
    }

    private static void bytes(byte[] block, int at, int most, byte[] value) {
        System.arraycopy(value, 0, block, at, Math.min(most, value.length));
    }

    private static void octal(byte[] block, int at, int length, long value) {
        String digits = Long.toOctalString(value);
        byte[] padded =
                ("0".repeat(Math.max(0, length - 1 - digits.length())) + digits).getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(padded, 0, block, at, length - 1);
        block[at + length - 1] = 0;
    }

    private static boolean ascii(byte[] bytes) {
        for (byte b : bytes) {
            if (b < 0) {
                return false;
            }
        }
        return true;
    }

    private static byte[] text(long number) {
        return Long.toString(number).getBytes(StandardCharsets.US_ASCII);
    }
}
