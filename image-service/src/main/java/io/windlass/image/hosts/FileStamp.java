package io.windlass.image.hosts;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Tells one version of a file from another; links are followed, as secrets are replaced by moving a link. */
public record FileStamp(Path file, Map<String, Object> attributes) {
    public FileStamp {
        attributes = Map.copyOf(attributes);
    }

    /** A file that cannot be read has a stamp, too: that of its absence. */
    public static FileStamp of(Path file) {
        try {
            return new FileStamp(file, Files.readAttributes(file, "unix:dev,ino,size,lastModifiedTime,ctime"));
        } catch (IOException e) {
            return new FileStamp(file, Map.of());
        }
    }

    public boolean exists() {
        return !attributes.isEmpty();
    }
}
