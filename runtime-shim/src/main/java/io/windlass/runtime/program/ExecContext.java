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
 */
public record ExecContext(String containerId, @Nullable Linux linux, List<Path> cgroupAttachFiles) {
    public ExecContext {
        cgroupAttachFiles = List.copyOf(cgroupAttachFiles);
    }
}
