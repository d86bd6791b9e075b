package io.windlass.cri.grpc;

/** What Status tells kubelet that it may ask for. A feature is true here only once its tests pass. */
final class Features {
    static final boolean RECURSIVE_READ_ONLY_MOUNTS = true;
    static final boolean SUPPLEMENTAL_GROUPS_POLICY = true;
    static final boolean MOUNT_OPTIONS = true;

    private Features() {}
}
