package io.windlass.runtime.shim;

import io.windlass.runtime.oci.Process;
import io.windlass.runtime.oci.Spec;
import java.nio.file.Path;
import java.util.List;

/**
 * A request to start one more process in a running container.
 *
 * @param execId unique within the container
 * @param process what runs; its terminal and consoleSize say whether it gets a terminal
 * @param containerSpec the document the container was created from: its seccomp policy, user namespace and cgroup apply
 * @param stdin whether the process gets a pipe for its standard input
 * @param cgroupAttachFiles as at the container's creation
 */
public record ExecLaunch(
        String containerId,
        String execId,
        Process process,
        Spec containerSpec,
        boolean stdin,
        List<Path> cgroupAttachFiles) {
    public ExecLaunch {
        cgroupAttachFiles = List.copyOf(cgroupAttachFiles);
    }
}
