package io.windlass.systemd.cgroup;

import io.windlass.fault.Fault;
import io.windlass.linux.cgroup.Cgroup;
import io.windlass.linux.cgroup.CgroupDriver;
import io.windlass.linux.cgroup.CgroupResources;
import io.windlass.linux.cgroup.CgroupVersion;
import io.windlass.linux.cgroup.GroupNames;
import java.util.Optional;

/**
 * Control groups that systemd keeps account of: a slice for a pod, a scope for a container (see the design note 0019).
 * Thread-safe. Groups that are no units, left from a time with the cgroupfs driver, are the kernel's alone.
 */
public final class SystemdCgroups implements CgroupDriver, AutoCloseable {
    private static final long ROOT = 0;

    private final CgroupDriver kernel;
    private final SystemdUnits systemd;
    private final GroupNames names = new SliceNames();

    SystemdCgroups(CgroupDriver kernel, SystemdUnits systemd) {
        this.kernel = kernel;
        this.systemd = systemd;
    }

    /**
     * Connects to the machine's systemd.
     *
     * @param kernel writes the control files
     * @throws Fault FAILED_PRECONDITION on control groups of version 1, UNAVAILABLE where there is no systemd
     */
    public static SystemdCgroups open(CgroupDriver kernel) {
        if (kernel.version() != CgroupVersion.V2) {
            throw Fault.precondition(
                    "cannot use [cgroup] driver = \"systemd\": it needs control groups of version 2 alone, "
                            + "and this machine has those of version 1 mounted; set driver = \"cgroupfs\"");
        }
        SystemdUnits systemd = new SystemdUnits(SystemdUnits.Sockets.USUAL, ROOT);
        systemd.connect();
        return new SystemdCgroups(kernel, systemd);
    }

    @Override
    public CgroupVersion version() {
        return kernel.version();
    }

    @Override
    public GroupNames names() {
        return names;
    }

    /** Of a scope, the unit comes with {@link Cgroup#register}. A slice needs no process. */
    @Override
    public Cgroup create(String path, CgroupResources resources) {
        if (path.endsWith(SliceNames.SLICE)) {
            systemd.start(SliceNames.unit(path));
            Cgroup slice = find(path)
                    .orElseThrow(() -> Fault.internal("systemd has started the slice of " + path + " elsewhere", null));
            slice.update(resources);
            return slice;
        }
        if (!SliceNames.isUnit(path)) {
            return kernel.create(path, resources);
        }
        String parent = SliceNames.above(path);
        if (kernel.find(parent).isEmpty()) {
            systemd.start(SliceNames.unit(parent));
        }
        return new SystemdGroup(kernel.create(path, resources), systemd, resources);
    }

    @Override
    public Optional<Cgroup> find(String path) {
        Optional<Cgroup> group = kernel.find(path);
        return SliceNames.isUnit(path)
                ? group.map(found -> new SystemdGroup(found, systemd, CgroupResources.NONE))
                : group;
    }

    @Override
    public void forget(String path) {
        if (SliceNames.isUnit(path)) {
            systemd.stop(SliceNames.unit(path));
        }
    }

    @Override
    public void close() {
        systemd.close();
    }
}
