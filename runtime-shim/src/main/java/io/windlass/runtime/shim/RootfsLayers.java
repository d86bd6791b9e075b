package io.windlass.runtime.shim;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What a container's root filesystem is mounted from, inside its own mount namespace.
 *
 * @param lowers read-only layers, topmost first
 * @param upper the writable layer and {@code work} its work folder on the same filesystem; both absent: the lowers are bound
 *     read-only
 * @param attachPoint an existing empty folder on which the tree is attached for the moment of pivot_root
 * @param volatileUpper do not sync the writable layer (it does not outlive a crash of the machine)
 */
public record RootfsLayers(
        List<Path> lowers, Optional<Path> upper, Optional<Path> work, Path attachPoint, boolean volatileUpper) {
    public RootfsLayers {
        lowers = List.copyOf(lowers);
        if (lowers.isEmpty()) {
            throw new IllegalArgumentException("a root filesystem has at least one lower layer");
        }
        if (upper.isPresent() != work.isPresent()) {
            throw new IllegalArgumentException("an upper layer comes with a work folder");
        }
    }

    /** A writable overlay over {@code lowers}, topmost first, that is not synced. */
    public static RootfsLayers overlay(List<Path> lowers, Path upper, Path work, Path attachPoint) {
        return new RootfsLayers(lowers, Optional.of(upper), Optional.of(work), attachPoint, true);
    }
}
