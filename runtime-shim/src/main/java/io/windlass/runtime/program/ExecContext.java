package io.windlass.runtime.program;

import io.windlass.runtime.oci.Linux;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the program of an exec needs to know beside its process.
 *
 * @param linux the Linux part of the container's document
 * @param cgroupAttachFiles as at the container's launch
 * @param sealed whether files stay in their projects ({@link SealedProjects})
 */
public record ExecContext(String containerId, @Nullable Linux linux, List<Path> cgroupAttachFiles, boolean sealed) {
    public ExecContext {
        cgroupAttachFiles = List.copyOf(cgroupAttachFiles);
    }

    /** In a container that may move its files into other projects. */
    public ExecContext(String containerId, @Nullable Linux linux, List<Path> cgroupAttachFiles) {
        this(containerId, linux, cgroupAttachFiles, false);
    }
}
