package io.windlass.runtime.program;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What the root filesystem is mounted from.
 *
 * @param lowers topmost first, at least one
 * @param upper with {@code work}; without, the root is read-only by nature
 */
public record RootTree(
        List<Path> lowers, Optional<Path> upper, Optional<Path> work, Path attachPoint, boolean volatileUpper) {
    public RootTree {
        lowers = List.copyOf(lowers);
    }
}
