import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;

/** One layer of a test image: entries are appended, missing parents are added. The same calls give the same bytes. Not thread-safe. */
final class Layer {
    private static final int BLOCK = 512;
    private static final long MODIFIED = 1_700_000_000;

    private final ByteArrayOutputStream archive = new ByteArrayOutputStream();
    private final Set<String> folders = new HashSet<>();

    Layer folder(String path, int mode, int owner) {
        String name = relative(path);
        if (folders.add(name)) {
            parents(name);
            entry(name + "/", '5', mode, owner, "", new byte[0]);
        }
        return this;
    }

    Layer folder(String path) {
        return folder(path, 0755, 0);
    }

    Layer file(String path, byte[] content, int mode) {
        parents(relative(path));
        entry(relative(path), '0', mode, 0, "", content);
        return this;
    }

    Layer file(String path, String content) {
        return file(path, content.getBytes(StandardCharsets.UTF_8), 0644);
    }

    /** @param target an earlier file of this layer */
    Layer hardLink(String path, String target) {
        parents(relative(path));
        entry(relative(path), '1', 0755, 0, relative(target), new byte[0]);
        return this;
    }

    Layer symbolicLink(String path, String target) {
        parents(relative(path));
        entry(relative(path), '2', 0777, 0, target, new byte[0]);
        return this;
    }

    /** Every file below a folder of this machine, executable. */
    Layer tree(Path root) throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                file(root.relativize(file).toString(), Files.readAllBytes(file), 0755);
            }
        }
        return this;
    }

    /** The finished tar archive. */
    byte[] tar() {
        byte[] written = archive.toByteArray();
        return Arrays.copyOf(written, written.length + 2 * BLOCK);
    }

    static byte[] gzip(byte[] content) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (OutputStream out = new GZIPOutputStream(packed)) {
            out.write(content);
        }
        return packed.toByteArray();
    }

    private void parents(String name) {
        int slash = name.lastIndexOf('/');
        if (slash > 0) {
            folder(name.substring(0, slash));
        }
    }

    private static String relative(String path) {
        return path.startsWith("/") ? path.substring(1) : path;
    }

    /** A header of POSIX ustar, then the content in whole blocks. */
    private void entry(String name, char type, int mode, int owner, String link, byte[] content) {
        byte[] header = new byte[BLOCK];
        put(header, 0, 100, name);
        octal(header, 100, 8, mode);
        octal(header, 108, 8, owner);
        octal(header, 116, 8, owner);
        octal(header, 124, 12, content.length);
        octal(header, 136, 12, MODIFIED);
        header[156] = (byte) type;
        put(header, 157, 100, link);
        put(header, 257, 8, "ustar\00000");
        Arrays.fill(header, 148, 156, (byte) ' ');
        int sum = 0;
        for (byte b : header) {
            sum += b & 0xff;
        }
        octal(header, 148, 7, sum);
        archive.writeBytes(header);
        archive.writeBytes(content);
        archive.writeBytes(new byte[(BLOCK - content.length % BLOCK) % BLOCK]);
    }

    private static void octal(byte[] header, int offset, int length, long value) {
        put(header, offset, length, String.format("%0" + (length - 1) + "o", value));
    }

    private static void put(byte[] header, int offset, int length, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        if (bytes.length > length) {
            throw new IllegalArgumentException("too long for a tar header: " + List.of(text));
        }
        System.arraycopy(bytes, 0, header, offset, bytes.length);
    }
}
