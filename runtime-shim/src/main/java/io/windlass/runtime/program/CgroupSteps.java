package io.windlass.runtime.program;

import io.windlass.linux.NamespaceType;
import java.nio.file.Path;
import java.util.List;

/** Puts the process into its cgroups. */
final class CgroupSteps {
    private final List<Path> files;
    private final ProgramBuilder program;

    CgroupSteps(List<Path> attachFiles, ProgramBuilder program) {
        this.files = attachFiles;
        this.program = program;
    }

    /** All hierarchies but cpu's, at once: memory, pids and devices hold for all that follows. */
    void attach() {
        files.stream().limit(Math.max(0, files.size() - 1)).forEach(this::write);
    }

    /** The cpu hierarchy, as late as host paths can be reached: a small quota shall not slow the building down. */
    void attachCpu() {
        files.stream().skip(Math.max(0, files.size() - 1)).forEach(this::write);
    }

    /** The cgroup namespace's root is the cgroup that its maker is in, so this comes after all attaching. */
    void isolate() {
        program.unshare(NamespaceType.CGROUP.flag());
    }

    // "0" is the writer itself; a thread's move by `tasks` costs a fraction of a process's by `cgroup.procs`, and the
    // process that runs the program has one thread.
    private void write(Path file) {
        program.writeFile(file, "0");
    }
}
