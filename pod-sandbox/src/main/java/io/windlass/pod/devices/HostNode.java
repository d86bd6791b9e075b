package io.windlass.pod.devices;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * A device node or FIFO as it is on the node.
 *
 * @param type b, c or p, as in OCI documents
 * @param mode the permission bits
 */
public record HostNode(String type, long major, long minor, int mode, long uid, long gid) {
    private static final int TYPE = 0170000;
    private static final int CHARACTER = 0020000;
    private static final int BLOCK = 0060000;
    private static final int FIFO = 0010000;

    /**
     * What lies there itself; a symbolic link is not followed. Empty where it is of another type.
     *
     * @throws java.nio.file.NoSuchFileException when nothing lies there
     */
    public static Optional<HostNode> at(Path path) throws IOException {
        Map<String, Object> stat = Files.readAttributes(path, "unix:mode,rdev,uid,gid", LinkOption.NOFOLLOW_LINKS);
        int mode = number(stat, "mode").intValue();
        String type = switch (mode & TYPE) {
            case CHARACTER -> "c";
            case BLOCK -> "b";
            case FIFO -> "p";
            default -> "";
        };
        long device = number(stat, "rdev").longValue();
        return type.isEmpty()
                ? Optional.empty()
                : Optional.of(new HostNode(
                        type,
                        ((device >>> 8) & 0xfff) | ((device >>> 32) & ~0xfffL),
                        (device & 0xff) | ((device >>> 12) & ~0xffL),
                        mode & 0777,
                        number(stat, "uid").longValue(),
                        number(stat, "gid").longValue()));
    }

    public boolean isDevice() {
        return !type.equals("p");
    }

    private static Number number(Map<String, Object> stat, String name) {
        return (Number) stat.getOrDefault(name, 0);
    }
}
