package io.windlass.image.testing;

import io.windlass.image.reference.Digest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/** All that lies below the folder of an image store. */
public final class StoreFiles {
    private StoreFiles() {}

    /**
     * One line for each file and folder, in the order of their names: type and mode, owner, links, device, and what is in it. The database is
     * told by name only, as its pages are not the same each time.
     */
    public static List<String> of(Path root) {
        try (Stream<Path> files = Files.walk(root)) {
            return files.filter(path -> !path.equals(root))
                    .map(path -> line(root, path))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String line(Path root, Path path) {
        String name = root.relativize(path).toString();
        if (name.startsWith("images.db")) {
            return name;
        }
        try {
            Map<String, Object> known = Files.readAttributes(path, "unix:*", LinkOption.NOFOLLOW_LINKS);
            String content = switch (path) {
                case Path link
                when Files.isSymbolicLink(link) -> Files.readSymbolicLink(link).toString();
                case Path file
                when Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) ->
                    Digest.sha256(Files.readAllBytes(file)).hex();
                default -> "";
            };
            return "%s %s %s:%s links=%s device=%s %s"
                    .formatted(
                            name,
                            Integer.toOctalString((Integer) Objects.requireNonNull(known.get("mode"))),
                            known.get("uid"),
                            known.get("gid"),
                            known.get("nlink"),
                            known.get("rdev"),
                            content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
