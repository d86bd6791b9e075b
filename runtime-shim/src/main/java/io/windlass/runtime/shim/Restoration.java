package io.windlass.runtime.shim;

import java.nio.file.Path;
import java.util.List;

/**
 * What makes the processes of a container that is restored.
 *
 * @param command run on the host's files when the container is started, with the container's tree attached at the root's attach
 *     point; it leaves the processes to its own parent, the shim, and ends with 0
 * @param processFile where the command writes the number of the first process
 */
public record Restoration(List<String> command, Path processFile) {
    public Restoration {
        command = List.copyOf(command);
    }
}
