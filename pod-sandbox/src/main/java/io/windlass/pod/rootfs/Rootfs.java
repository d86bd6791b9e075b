package io.windlass.pod.rootfs;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The layers that a container's root is an overlay of.
 *
 * <p>{@code lowers} has the topmost first.
 */
public interface Rootfs {
    List<Path> lowers();

    Path upper();

    Path work();

    /**
     * The content of a file as the container sees it (symlinks stay inside, removed files are absent).
     *
     * @param absolutePath for example /etc/passwd
     */
    Optional<byte[]> readFile(String absolutePath);
}
