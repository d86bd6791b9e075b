package io.windlass.pod.lifecycle;

import io.windlass.linux.cgroup.Cgroup;
import io.windlass.linux.cgroup.CgroupDriver;
import io.windlass.pod.model.ContainerId;
import io.windlass.pod.model.PodSandboxId;
import io.windlass.runtime.oci.Resources;
import java.util.Optional;

/** The groups of pods and containers. Thread-safe. */
public final class PodCgroups {
    private final CgroupDriver driver;
    private final String defaultParent;

    /** @param defaultParent below which pods lie whose request names no parent; it must belong to this daemon alone */
    public PodCgroups(CgroupDriver driver, String defaultParent) {
        this.driver = driver;
        this.defaultParent = driver.names().parent(defaultParent);
    }

    /** The group that a request means by cgroup_parent; names that the driver cannot use are refused. */
    public String parent(String asked) {
        return driver.names().parent(asked);
    }

    /** The group for a pod without one of the caller's. */
    public String ownParent(PodSandboxId id) {
        return driver.names().ofPod(defaultParent, id.value());
    }

    public String ofContainer(String parent, ContainerId id) {
        return driver.names().ofContainer(parent, id.value());
    }

    /** Not while {@link #removeOwnParent} may take an empty parent away. */
    public synchronized Cgroup create(String path, Resources resources) {
        return driver.create(path, CgroupLimits.of(resources));
    }

    public Optional<Cgroup> find(String path) {
        return driver.find(path);
    }

    /** Kills whatever lives in a group, without waiting for the end. */
    public void kill(String path) {
        driver.find(path).ifPresent(Cgroup::kill);
    }

    /** Kills what lives in a group and removes it. Idempotent. */
    public void remove(String path) {
        driver.find(path)
                .ifPresentOrElse(
                        group -> {
                            if (group.populated()) {
                                group.kill();
                            }
                            group.remove();
                        },
                        () -> driver.forget(path));
    }

    /** Limits a group of {@link #ownParent}, which is made when it is not there yet: all of the limits or none. */
    public synchronized void limitOwnParent(String path, Resources resources) {
        Optional<Cgroup> group = driver.find(path);
        if (group.isPresent()) {
            group.get().update(CgroupLimits.of(resources));
        } else {
            driver.create(path, CgroupLimits.of(resources));
        }
    }

    /** As {@link #remove}, for a group of {@link #ownParent}: the empty groups above, which are ours, go too. */
    public synchronized void removeOwnParent(String path) {
        Optional<Cgroup> group = driver.find(path);
        remove(path);
        group.ifPresent(Cgroup::removeEmptyParents);
    }
}
