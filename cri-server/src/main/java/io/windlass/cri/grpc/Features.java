package io.windlass.cri.grpc;

import java.util.List;

/** What Status tells kubelet that it may ask for. A feature is true here only once its tests pass. */
final class Features {
    /** The one runtime handler by both its names: the CRI's default one, and that of the RuntimeClass. */
    static final List<String> HANDLERS = List.of("", "windlass");

    static final boolean RECURSIVE_READ_ONLY_MOUNTS = true;
    static final boolean SUPPLEMENTAL_GROUPS_POLICY = true;
    static final boolean MOUNT_OPTIONS = true;

    private Features() {}
}
