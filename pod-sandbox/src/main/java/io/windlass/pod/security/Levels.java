package io.windlass.pod.security;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.pod.model.PodSandboxId;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * The SELinux levels in use: each pod has one that no other pod has, unless a request says otherwise. Thread-safe.
 *
 * <p>A level is a pair of categories. It is drawn by chance, as other runtimes on the node draw theirs from the same ones.
 */
public final class Levels {
    private final int categories;
    private final RandomGenerator random;
    private final Map<PodSandboxId, Set<String>> held = new HashMap<>();

    /** @param categories how many there are to make pairs of, at least two */
    public Levels(int categories, RandomGenerator random) {
        this.categories = categories;
        this.random = random;
    }

    /** A level that nobody has. It is the pod's until {@link #release}. */
    public synchronized String allocate(PodSandboxId pod, String sensitivity) {
        Set<String> taken = new HashSet<>();
        held.values().forEach(taken::addAll);
        int pairs = categories * (categories - 1) / 2;
        int start = random.nextInt(pairs);
        for (int i = 0; i < pairs; i++) {
            String level = sensitivity + ":" + pair((start + i) % pairs);
            if (!taken.contains(level)) {
                reserve(pod, level);
                return level;
            }
        }
        throw new Fault(
                FaultKind.RESOURCE_EXHAUSTED,
                "all %d pairs of SELinux categories are in use by pods; [selinux] category_range is %d"
                        .formatted(pairs, categories));
    }

    /** Notes that a pod has this level, too: one that a request named, or one from before the daemon started. */
    public synchronized void reserve(PodSandboxId pod, String level) {
        held.computeIfAbsent(pod, _ -> new HashSet<>()).add(level);
    }

    /** Gives all levels of a pod back. Idempotent. */
    public synchronized void release(PodSandboxId pod) {
        held.remove(pod);
    }

    /** What a pod has. */
    synchronized Collection<String> of(PodSandboxId pod) {
        return Set.copyOf(held.getOrDefault(pod, Set.of()));
    }

    /** The pairs in the order c0,c1 c0,c2 c1,c2 c0,c3 ... as the kernel writes them, the lower category first. */
    private static String pair(int number) {
        int high = 1;
        int before = 0;
        while (before + high <= number) {
            before += high;
            high++;
        }
        return "c" + (number - before) + ",c" + high;
    }
}
