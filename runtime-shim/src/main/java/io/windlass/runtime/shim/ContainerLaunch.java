package io.windlass.runtime.shim;

import io.windlass.runtime.oci.Spec;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A request to create a container in a pod.
 *
 * @param containerId 64 hexadecimal digits
 * @param logPath where the shim writes the container's output in CRI form; empty: the output goes to attached clients only
 * @param stdin whether the container gets a pipe for its standard input; else it reads /dev/null
 * @param stdinOnce standard input is closed when the first attached client that writes it goes
 * @param cgroupAttachFiles cgroup v1: the files into which the child writes "0", in order
 * @param unifiedCgroup the cgroup2 folder into which the child is cloned, also on hybrid hosts
 * @param exitFile where the exit record is written
 * @param restoration what makes its processes, when they are restored instead of executed
 * @param bundle the folder that hooks find the spec in, as {@code config.json}; needed where the spec has hooks
 */
public record ContainerLaunch(
        String containerId,
        Spec spec,
        RootfsLayers rootfs,
        Optional<Path> logPath,
        boolean stdin,
        boolean stdinOnce,
        PidMode pidMode,
        List<Path> cgroupAttachFiles,
        Optional<Path> unifiedCgroup,
        Path exitFile,
        Optional<Restoration> restoration,
        Optional<Path> bundle) {
    public ContainerLaunch {
        cgroupAttachFiles = List.copyOf(cgroupAttachFiles);
    }

    /** A container whose process is executed. */
    public ContainerLaunch(
            String containerId,
            Spec spec,
            RootfsLayers rootfs,
            Optional<Path> logPath,
            boolean stdin,
            boolean stdinOnce,
            PidMode pidMode,
            List<Path> cgroupAttachFiles,
            Optional<Path> unifiedCgroup,
            Path exitFile) {
        this(
                containerId,
                spec,
                rootfs,
                logPath,
                stdin,
                stdinOnce,
                pidMode,
                cgroupAttachFiles,
                unifiedCgroup,
                exitFile,
                Optional.empty());
    }

    /** A container without hooks. */
    public ContainerLaunch(
            String containerId,
            Spec spec,
            RootfsLayers rootfs,
            Optional<Path> logPath,
            boolean stdin,
            boolean stdinOnce,
            PidMode pidMode,
            List<Path> cgroupAttachFiles,
            Optional<Path> unifiedCgroup,
            Path exitFile,
            Optional<Restoration> restoration) {
        this(
                containerId,
                spec,
                rootfs,
                logPath,
                stdin,
                stdinOnce,
                pidMode,
                cgroupAttachFiles,
                unifiedCgroup,
                exitFile,
                restoration,
                Optional.empty());
    }

    /** The same, with the folder that its hooks find the spec in. */
    public ContainerLaunch withBundle(Path folder) {
        return new ContainerLaunch(
                containerId,
                spec,
                rootfs,
                logPath,
                stdin,
                stdinOnce,
                pidMode,
                cgroupAttachFiles,
                unifiedCgroup,
                exitFile,
                restoration,
                Optional.of(folder));
    }

    /** Whether the process gets a terminal, as its spec says. */
    public boolean tty() {
        return spec.process() != null && spec.process().terminal();
    }
}
