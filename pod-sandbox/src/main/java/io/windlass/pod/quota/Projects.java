package io.windlass.pod.quota;

import io.windlass.linux.ProjectUsage;
import java.nio.file.Path;

/** The project quotas of this machine's filesystems. Thread-safe; failures are faults. */
public interface Projects {
    /** The filesystem that a file or folder lies on. */
    ProjectFilesystem filesystem(Path path);

    /** Puts a folder into a project, with everything that will be made in it. */
    void assignFolder(Path folder, long project);

    /** Puts a file into a project; makes it where there is none. */
    void assignFile(Path file, long project);

    /** Limits what a project may take on a filesystem; 0 is no limit. */
    void limit(String mountpoint, long project, long bytes, long inodes);

    ProjectUsage usage(String mountpoint, long project);
}
