package io.windlass.linux.cgroup;

import io.windlass.fault.Fault;

/** Plain paths, as the cgroupfs driver of kubelet names groups. Stateless. */
final class PathNames implements GroupNames {
    @Override
    public String parent(String asked) {
        if (!asked.startsWith("/")) {
            throw Fault.invalid("'" + asked + "' is not a path below the cgroup root, as the cgroupfs driver needs");
        }
        if (asked.endsWith(".slice")) {
            throw Fault.invalid(
                    "'" + asked + "' is a slice of systemd, and the cgroup driver is cgroupfs; set [cgroup] "
                            + "driver = \"systemd\", or kubelet's cgroupDriver to cgroupfs");
        }
        return asked;
    }

    @Override
    public String ofPod(String parent, String pod) {
        return below(parent, pod);
    }

    @Override
    public String ofContainer(String parent, String container) {
        return below(parent, container);
    }

    private static String below(String parent, String name) {
        return (parent.endsWith("/") ? parent : parent + "/") + name;
    }
}
