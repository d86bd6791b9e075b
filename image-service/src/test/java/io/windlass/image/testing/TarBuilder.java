package io.windlass.image.testing;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/** Writes tar archives byte by byte, also such as no sane tool would write. */
public final class TarBuilder {
    private static final int BLOCK = 512;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final Map<String, byte[]> pax = new LinkedHashMap<>();
    private int mode = 0644;
    private long uid;
    private long gid;
    private long mtime = 1_700_000_000;

    /** A record of the PAX header of the next member. */
    public TarBuilder pax(String key, byte[] value) {
        pax.put(key, value);
        return this;
    }

    public TarBuilder pax(String key, String value) {
        return pax(key, value.getBytes(StandardCharsets.UTF_8));
    }

    /** The mode of the members that follow. */
    public TarBuilder mode(int newMode) {
        mode = newMode;
        return this;
    }

    /** The owner of the members that follow. */
    public TarBuilder owner(long newUid, long newGid) {
        uid = newUid;
        gid = newGid;
        return this;
    }

    public TarBuilder modified(long seconds) {
        mtime = seconds;
        return this;
    }

    public TarBuilder directory(String name) {
        return member(name, '5', "", new byte[0]);
    }

    public TarBuilder file(String name, String content) {
        return file(name, content.getBytes(StandardCharsets.UTF_8));
    }

    public TarBuilder file(String name, byte[] content) {
        return member(name, '0', "", content);
    }

    public TarBuilder symbolicLink(String name, String target) {
        return member(name, '2', target, new byte[0]);
    }

    public TarBuilder hardLink(String name, String target) {
        return member(name, '1', target, new byte[0]);
    }

    public TarBuilder device(String name, char type, int major, int minor) {
        byte[] header = header(name, type, "", 0);
        octal(header, 329, 8, major);
        octal(header, 337, 8, minor);
        return raw(checksummed(header));
    }

    /** A member of any type; the PAX records noted before come first. */
    public TarBuilder member(String name, char type, String link, byte[] data) {
        flushPax();
        return raw(checksummed(header(name, type, link, data.length))).data(data);
    }

    /** A GNU long name or long link header for the next member. */
    public TarBuilder gnuLong(char type, String name) {
        byte[] data = (name + "\0").getBytes(StandardCharsets.UTF_8);
        return raw(checksummed(header("././@LongLink", type, "", data.length))).data(data);
    }

    /** A global PAX header of what was noted before. */
    public TarBuilder global() {
        byte[] records = records();
        pax.clear();
        return raw(checksummed(header("global", 'g', "", records.length))).data(records);
    }

    public TarBuilder raw(byte[] bytes) {
        out.writeBytes(bytes);
        return this;
    }

    /** Bytes padded to whole blocks. */
    public TarBuilder data(byte[] data) {
        out.writeBytes(data);
        out.writeBytes(new byte[-data.length & (BLOCK - 1)]);
        return this;
    }

    public byte[] build() {
        out.writeBytes(new byte[2 * BLOCK]);
        return out.toByteArray();
    }

    /** A header block that can be changed before {@link #checksummed}. */
    public byte[] header(String name, char type, String link, long size) {
        byte[] header = new byte[BLOCK];
        text(header, 0, 100, name);
        octal(header, 100, 8, mode);
        octal(header, 108, 8, uid > 07777777 ? 0 : uid);
        octal(header, 116, 8, gid > 07777777 ? 0 : gid);
        octal(header, 124, 12, size);
        octal(header, 136, 12, mtime);
        header[156] = (byte) type;
        text(header, 157, 100, link);
        text(header, 257, 6, "ustar");
        text(header, 263, 2, "00");
        return header;
    }

    public static byte[] checksummed(byte[] header) {
        Arrays.fill(header, 148, 156, (byte) ' ');
        long sum = 0;
        for (byte b : header) {
            sum += b & 0xff;
        }
        text(header, 148, 8, "%06o\0 ".formatted(sum));
        return header;
    }

    public static void octal(byte[] header, int offset, int length, long value) {
        text(header, offset, length, ("%0" + (length - 1) + "o").formatted(value));
    }

    public static void text(byte[] header, int offset, int length, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        System.arraycopy(bytes, 0, header, offset, Math.min(length, bytes.length));
    }

    private void flushPax() {
        if (uid > 07777777) {
            pax("uid", Long.toString(uid));
        }
        if (gid > 07777777) {
            pax("gid", Long.toString(gid));
        }
        if (!pax.isEmpty()) {
            byte[] records = records();
            pax.clear();
            raw(checksummed(header("pax", 'x', "", records.length))).data(records);
        }
    }

    private byte[] records() {
        ByteArrayOutputStream records = new ByteArrayOutputStream();
        pax.forEach((key, value) -> {
            byte[] name = (" " + key + "=").getBytes(StandardCharsets.UTF_8);
            int rest = name.length + value.length + 1;
            int length = rest + Integer.toString(rest).length();
            if (Integer.toString(length).length() != Integer.toString(rest).length()) {
                length++;
            }
            records.writeBytes(Integer.toString(length).getBytes(StandardCharsets.US_ASCII));
            records.writeBytes(name);
            records.writeBytes(value);
            records.write('\n');
        });
        return records.toByteArray();
    }
}
