package io.windlass.image.unpack;

import java.io.ByteArrayOutputStream;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The key-value records of a PAX extended header; values stay bytes, as they need not be text. Not thread-safe. */
final class PaxRecords {
    private static final String SCHILY = "SCHILY.xattr.";
    private static final String LIBARCHIVE = "LIBARCHIVE.xattr.";

    private final Map<String, byte[]> values = new LinkedHashMap<>();

    /** Adds the records of one header; an empty value takes a key away, as POSIX has it. */
    void add(byte[] header) {
        int at = 0;
        while (at < header.length && header[at] != 0) {
            int space = indexOf(header, ' ', at, Math.min(header.length, at + 12));
            int length = space < 0 ? -1 : decimalLength(header, at, space);
            int equals = length < 0 ? -1 : indexOf(header, '=', space + 1, Math.min(header.length, at + length));
            if (equals < 0 || at + length > header.length || header[at + length - 1] != '\n') {
                throw new TarFormatException("it has a malformed PAX header");
            }
            String key = new String(header, space + 1, equals - space - 1, StandardCharsets.ISO_8859_1);
            put(key, Arrays.copyOfRange(header, equals + 1, at + length - 1));
            at += length;
        }
    }

    void addAll(PaxRecords other) {
        values.putAll(other.values);
    }

    private void put(String key, byte[] value) {
        // The first PAX form of sparse files repeats these two keys; they are gathered into the map of the second form.
        if (key.equals("GNU.sparse.offset") || key.equals("GNU.sparse.numbytes")) {
            ByteArrayOutputStream map = new ByteArrayOutputStream();
            byte[] before = values.get("GNU.sparse.map");
            if (before != null) {
                map.writeBytes(before);
                map.write(',');
            }
            map.writeBytes(value);
            values.put("GNU.sparse.map", map.toByteArray());
        } else if (value.length == 0 && !key.startsWith(SCHILY)) {
            values.remove(key);
        } else {
            values.put(key, value);
        }
    }

    byte @Nullable [] bytes(String key) {
        return values.get(key);
    }

    Optional<String> text(String key) {
        byte[] value = values.get(key);
        return value == null ? Optional.empty() : Optional.of(new String(value, StandardCharsets.UTF_8));
    }

    long number(String key, long otherwise) {
        Optional<String> text = text(key);
        if (text.isEmpty()) {
            return otherwise;
        }
        return decimal(text.get(), key);
    }

    static long decimal(String text, String what) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw new TarFormatException("it has a PAX header whose " + what + " is no number");
        }
    }

    /** Seconds with a fraction, split into whole seconds and nanoseconds counted forward from them. */
    Optional<long[]> time(String key) {
        return text(key).map(text -> {
            if (text.length() > 40) {
                throw new TarFormatException("it has a PAX header whose " + key + " is no time");
            }
            try {
                BigDecimal time = new BigDecimal(text);
                if (Math.abs(time.scale()) > 40) {
                    throw new TarFormatException("it has a PAX header whose " + key + " is no time");
                }
                BigDecimal seconds = time.setScale(0, RoundingMode.FLOOR);
                long nanos = time.subtract(seconds).movePointRight(9).longValue();
                return new long[] {seconds.longValueExact(), nanos};
            } catch (ArithmeticException | NumberFormatException e) {
                throw new TarFormatException("it has a PAX header whose " + key + " is no time");
            }
        });
    }

    /** Extended attributes in either of the two spellings. */
    List<TarEntry.Attribute> attributes() {
        List<TarEntry.Attribute> result = new ArrayList<>();
        values.forEach((key, value) -> {
            if (key.startsWith(SCHILY)) {
                result.add(new TarEntry.Attribute(
                        key.substring(SCHILY.length()).getBytes(StandardCharsets.ISO_8859_1), value));
            } else if (key.startsWith(LIBARCHIVE) && !values.containsKey(SCHILY + libarchiveName(key))) {
                result.add(new TarEntry.Attribute(
                        libarchiveName(key).getBytes(StandardCharsets.ISO_8859_1), libarchiveValue(value)));
            }
        });
        return result;
    }

    private static String libarchiveName(String key) {
        try {
            return URLDecoder.decode(
                    key.substring(LIBARCHIVE.length()).replace("+", "%2B"), StandardCharsets.ISO_8859_1);
        } catch (IllegalArgumentException e) {
            throw new TarFormatException("it has a PAX header with a malformed attribute name");
        }
    }

    private static byte[] libarchiveValue(byte[] value) {
        try {
            return Base64.getDecoder().decode(value);
        } catch (IllegalArgumentException e) {
            throw new TarFormatException("it has a PAX header with a malformed attribute value");
        }
    }

    private static int decimalLength(byte[] header, int from, int to) {
        int value = 0;
        for (int i = from; i < to; i++) {
            if (header[i] < '0' || header[i] > '9') {
                return -1;
            }
            value = Math.min(value * 10 + (header[i] - '0'), header.length + 1);
        }
        return value > to - from + 1 ? value : -1;
    }

    private static int indexOf(byte[] bytes, char wanted, int from, int to) {
        for (int i = from; i < to; i++) {
            if (bytes[i] == wanted) {
                return i;
            }
        }
        return -1;
    }
}
