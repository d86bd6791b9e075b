package io.windlass.runtime.program;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What a container's program needs to know beside its OCI document.
 *
 * @param cgroupAttachFiles cgroup v1: files that take "0"; the last is the one of the cpu hierarchy
 * @param unifiedCgroup the container's cgroup2 folder, into which it is cloned
 * @param bundle the folder that hooks find the document in; needed where there are hooks
 */
public record LaunchContext(
        String containerId,
        RootTree root,
        List<Path> cgroupAttachFiles,
        Optional<Path> unifiedCgroup,
        Optional<Path> bundle) {
    public LaunchContext {
        cgroupAttachFiles = List.copyOf(cgroupAttachFiles);
    }

    /** Of a container without hooks. */
    public LaunchContext(
            String containerId, RootTree root, List<Path> cgroupAttachFiles, Optional<Path> unifiedCgroup) {
        this(containerId, root, cgroupAttachFiles, unifiedCgroup, Optional.empty());
    }

    /** Whether the processes of the container are accounted by cgroup v1 hierarchies. */
    boolean cgroupV1() {
        return !cgroupAttachFiles.isEmpty();
    }
}
