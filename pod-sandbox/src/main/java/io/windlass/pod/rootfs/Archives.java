package io.windlass.pod.rootfs;

import java.nio.file.Path;

/** Tar archives of folders. Thread-safe. */
public interface Archives {
    /** Packs everything in a folder into an archive of mode 0600. */
    void pack(Path folder, Path archive);

    /**
     * Unpacks an archive, which may come from a stranger, into an empty folder: nothing outside is written or linked to.
     *
     * @param discarded an empty folder on the same filesystem, for what later members replace
     */
    void unpack(Path archive, Path folder, Path discarded);
}
