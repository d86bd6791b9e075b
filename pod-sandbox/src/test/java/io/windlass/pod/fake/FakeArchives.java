package io.windlass.pod.fake;

import io.windlass.fault.Fault;
import io.windlass.pod.rootfs.Archives;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Archives whose content is a folder beside them. */
public final class FakeArchives implements Archives {
    private static final String CONTENT = ".content";

    private final Failpoints failpoints;

    FakeArchives(Failpoints failpoints) {
        this.failpoints = failpoints;
    }

    /** Makes an archive of texts by name. */
    public static void make(Path archive, Map<String, String> texts) {
        try {
            Files.writeString(archive, "archive");
            for (Map.Entry<String, String> text : texts.entrySet()) {
                Path file = content(archive).resolve(text.getKey());
                Files.createDirectories(file.getParent());
                Files.writeString(file, text.getValue());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The names of the files in an archive that was packed; it may have been renamed since. */
    public static List<String> names(String packed) {
        return packed.lines().sorted().toList();
    }

    private static Path content(Path archive) {
        return archive.resolveSibling(archive.getFileName() + CONTENT);
    }

    @Override
    public void pack(Path folder, Path archive) {
        failpoints.pass("archives.pack");
        try (Stream<Path> files = Files.walk(folder)) {
            List<String> names = files.filter(Files::isRegularFile)
                    .map(file -> folder.relativize(file).toString())
                    .toList();
            Files.write(archive, names);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void unpack(Path archive, Path folder, Path discarded) {
        failpoints.pass("archives.unpack");
        Path content = content(archive);
        if (!Files.isDirectory(content)) {
            throw Fault.invalid("cannot unpack " + archive + ": it is no archive");
        }
        try (Stream<Path> files = Files.walk(content)) {
            for (Path file : files.filter(path -> !Files.isDirectory(path)).toList()) {
                Path target = folder.resolve(content.relativize(file));
                Files.createDirectories(target.getParent());
                Files.copy(file, target, java.nio.file.LinkOption.NOFOLLOW_LINKS);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
