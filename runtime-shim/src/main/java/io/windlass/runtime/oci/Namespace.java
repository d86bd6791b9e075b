package io.windlass.runtime.oci;

import org.jspecify.annotations.Nullable;

/** A namespace of the container, by its OCI name: made new, or joined when {@code path} is given. */
public record Namespace(String type, @Nullable String path) {
    public static final String PID = "pid";
    public static final String NETWORK = "network";
    public static final String MOUNT = "mount";
    public static final String IPC = "ipc";
    public static final String UTS = "uts";
    public static final String USER = "user";
    public static final String CGROUP = "cgroup";
    public static final String TIME = "time";

    public static Namespace fresh(String type) {
        return new Namespace(type, null);
    }

    public static Namespace at(String type, String path) {
        return new Namespace(type, path);
    }
}
