package io.windlass.pod.container;

import io.windlass.linux.cgroup.Cgroup;
import io.windlass.pod.lifecycle.PodCgroups;
import io.windlass.pod.model.ContainerState;
import io.windlass.pod.store.Container;
import io.windlass.pod.store.PodStore;
import io.windlass.pod.store.Sandbox;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Tells which containers the kernel has killed processes of for lack of memory. Thread-safe.
 *
 * <p>systemd removes the group of a scope, with its counters, as soon as the last process has ended: often before anyone can read
 * them. But the kernel has counted each kill in the group above as well. What is counted there, and neither in a group of a living
 * container nor for one that has ended before, was in the container that is ending.
 */
final class MemoryKills {
    private final PodStore store;
    private final PodCgroups cgroups;

    /** By the group above. */
    private final Map<String, Past> pasts = new HashMap<>();

    MemoryKills(PodStore store, PodCgroups cgroups) {
        this.store = store;
        this.cgroups = cgroups;
    }

    /** Takes what has been counted so far, but in living containers, for the past. For the start of a daemon. */
    synchronized void forgetThePast() {
        for (Sandbox sandbox : store.sandboxes()) {
            String parent = sandbox.definition().cgroupParent();
            pasts.put(parent, new Past(all(parent) - inLiving(parent)));
        }
    }

    /** How many in a container whose end is just being recorded; asked again, it says the same. */
    synchronized long of(Container ending) {
        String path = ending.definition().cgroupPath();
        String parent = path.substring(0, path.lastIndexOf('/'));
        pasts.keySet().retainAll(parents(parent));
        Past past = pasts.computeIfAbsent(parent, _ -> new Past(before(parent, ending)));
        Long known = past.kills.get(path);
        if (known != null) {
            return known;
        }
        long kills = counted(path).orElseGet(() -> missing(parent, path, past));
        past.kills.put(path, kills);
        return kills;
    }

    /** Of two that end at once, the one that is asked about first leaves the other its part. */
    private long missing(String parent, String path, Past past) {
        long missing = Math.max(0, all(parent) - inLiving(parent) - past.total());
        boolean alone = living(parent)
                .allMatch(other -> other.equals(path) || cgroups.find(other).isPresent());
        return alone ? missing : Math.min(missing, 1);
    }

    private Set<String> parents(String of) {
        Set<String> parents = store.sandboxes().stream()
                .map(sandbox -> sandbox.definition().cgroupParent())
                .collect(Collectors.toSet());
        parents.add(of);
        return parents;
    }

    /** Empty when the group has gone, even while it was read. */
    private Optional<Long> counted(String path) {
        Optional<Long> kills = cgroups.find(path).map(Cgroup::oomKills);
        return kills.filter(count -> count > 0 || cgroups.find(path).isPresent());
    }

    private long all(String parent) {
        return parent.isEmpty() ? 0 : cgroups.find(parent).map(Cgroup::oomKills).orElse(0L);
    }

    private long inLiving(String parent) {
        return living(parent)
                .mapToLong(path -> cgroups.find(path).map(Cgroup::oomKills).orElse(0L))
                .sum();
    }

    private Stream<String> living(String parent) {
        return store.containers().stream()
                .filter(container -> !(container.state() instanceof ContainerState.Exited))
                .map(container -> container.definition().cgroupPath())
                .filter(path -> path.startsWith(parent + "/"));
    }

    /** How many an earlier daemon has seen in such a container is not known, so that no kill can be told from those. */
    private long before(String parent, Container ending) {
        boolean killedBefore = store.containers().stream()
                .filter(container -> container != ending
                        && container.definition().cgroupPath().startsWith(parent + "/"))
                .anyMatch(container -> container.state() instanceof ContainerState.Exited exited
                        && exited.reason().equals(ContainerExits.OUT_OF_MEMORY));
        return killedBefore ? all(parent) - inLiving(parent) : 0;
    }

    /** What has been counted below a group in containers that have ended: by now, and each since. */
    private static final class Past {
        private final long before;
        private final Map<String, Long> kills = new HashMap<>();

        Past(long before) {
            this.before = before;
        }

        long total() {
            return before + kills.values().stream().mapToLong(Long::longValue).sum();
        }
    }
}
