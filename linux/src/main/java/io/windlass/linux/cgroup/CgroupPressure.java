package io.windlass.linux.cgroup;

import java.util.Optional;

/** The pressure on each resource of a group; absent where the kernel does not measure it for groups. */
public record CgroupPressure(Optional<Pressure> cpu, Optional<Pressure> memory, Optional<Pressure> io) {
    /** Nothing is measured. */
    public static final CgroupPressure NONE = new CgroupPressure(Optional.empty(), Optional.empty(), Optional.empty());

    /** @param directory in a cgroup2 hierarchy, which alone has the files; it needs no controllers for them */
    static CgroupPressure read(ControlDirectory directory) {
        return new CgroupPressure(
                one(directory, "cpu.pressure"), one(directory, "memory.pressure"), one(directory, "io.pressure"));
    }

    private static Optional<Pressure> one(ControlDirectory directory, String file) {
        return directory.readIfSupported(file).flatMap(Pressure::parse);
    }
}
