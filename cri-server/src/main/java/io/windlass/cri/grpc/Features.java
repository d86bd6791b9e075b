package io.windlass.cri.grpc;

/** What Status tells kubelet that it may ask for. A feature is true here only once its tests pass. */
final class Features {
    static final boolean RECURSIVE_READ_ONLY_MOUNTS = false;
    static final boolean USER_NAMESPACES = false;
    static final boolean USER_NAMESPACES_HOST_NETWORK = false;
    static final boolean SUPPLEMENTAL_GROUPS_POLICY = false;
    static final boolean MOUNT_OPTIONS = false;

    private Features() {}
}
