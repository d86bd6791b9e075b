package io.windlass.linux.cgroup;

import io.windlass.fault.Fault;
import io.windlass.linux.Kernel;
import io.windlass.linux.Syscalls;
import java.nio.file.Path;
import java.util.Optional;

/** Makes and finds control groups by path. Thread-safe. */
public interface CgroupDriver {
    /**
     * The driver for what is mounted at or below a folder.
     *
     * @param mountRoot usually /sys/fs/cgroup
     */
    static CgroupDriver detect(Path mountRoot) {
        return detect(mountRoot, new Kernel());
    }

    static CgroupDriver detect(Path mountRoot, Syscalls kernel) {
        CgroupMounts mounts = CgroupMounts.read(mountRoot);
        if (!mounts.hierarchies().isEmpty()) {
            return new V1Driver(mounts, kernel);
        }
        return new V2Driver(
                mounts.unified()
                        .orElseThrow(() -> Fault.precondition(
                                "cannot use control groups: no cgroup file system is mounted at " + mountRoot)),
                kernel);
    }

    CgroupVersion version();

    /** How this driver names groups. */
    default GroupNames names() {
        return new PathNames();
    }

    /**
     * Makes a group with limits; the groups above it are made as needed, without limits of their own.
     *
     * @param path absolute, below the root of each hierarchy, like /kubepods/burstable/podX/ID
     * @throws Fault ALREADY_EXISTS when there is such a group: a group that was killed must never be used again, as processes
     *     cloned into it die at birth
     */
    Cgroup create(String path, CgroupResources resources);

    /** A group that somebody made, in any of the hierarchies. */
    Optional<Cgroup> find(String path);

    /** Ends what somebody else may still remember of a group whose folders are gone. Idempotent. */
    default void forget(String path) {}
}
