package io.windlass.pod.checkpoint;

import io.windlass.fault.Fault;
import io.windlass.linux.cgroup.Freezer;
import io.windlass.runtime.shim.PodShim;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Control groups that stand still until this is closed, or this daemon ends: then the shim thaws them. Not thread-safe.
 */
final class FrozenGroups implements AutoCloseable {
    private final List<Freezer> freezers;
    private final PodShim.Promise promise;

    private FrozenGroups(List<Freezer> freezers, PodShim.Promise promise) {
        this.freezers = freezers;
        this.promise = promise;
    }

    /** Freezes all, or none and throws. */
    static FrozenGroups freeze(PodShim shim, List<Freezer> freezers, Duration limit) {
        long deadline = System.nanoTime() + limit.toNanos();
        Map<Path, String> thawing = new LinkedHashMap<>();
        freezers.forEach(freezer -> thawing.put(freezer.file(), freezer.thawedText()));
        // Before the first is frozen, so that there is no moment at which nobody would thaw it.
        FrozenGroups groups = new FrozenGroups(freezers, shim.atEnd(thawing));
        try {
            freezers.forEach(freezer -> freezer.freeze(Duration.ofNanos(deadline - System.nanoTime())));
            return groups;
        } catch (RuntimeException e) {
            try {
                groups.close();
            } catch (Fault thaw) {
                e.addSuppressed(thaw);
            }
            throw e;
        }
    }

    /**
     * Thaws all, whatever fails. The promise is closed last: the shim thaws them once more when a program that was killed in
     * the middle has ended.
     */
    @Override
    public void close() {
        RuntimeException failure = null;
        for (Freezer freezer : freezers) {
            try {
                freezer.thaw();
            } catch (RuntimeException e) {
                if (failure == null) {
                    failure = e;
                } else {
                    failure.addSuppressed(e);
                }
            }
        }
        promise.close();
        if (failure != null) {
            throw failure;
        }
    }
}
