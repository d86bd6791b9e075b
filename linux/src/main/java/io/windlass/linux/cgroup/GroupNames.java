package io.windlass.linux.cgroup;

/** Where the groups of pods and containers lie and how they are called. Thread-safe. */
public interface GroupNames {
    /**
     * The group that a caller means by the name of a parent.
     *
     * @return its path below the root of each hierarchy
     * @throws io.windlass.fault.Fault INVALID_ARGUMENT for a name that this driver cannot use
     */
    String parent(String asked);

    /** The group of a pod whose request names none. */
    String ofPod(String parent, String pod);

    String ofContainer(String parent, String container);
}
