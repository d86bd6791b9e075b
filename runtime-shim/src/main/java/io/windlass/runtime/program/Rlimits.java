package io.windlass.runtime.program;

import io.windlass.fault.Fault;
import io.windlass.runtime.oci.Rlimit;
import java.util.List;

/** Resource limits and their numbers. */
final class Rlimits {
    /** In the order of the kernel's numbers (asm-generic/resource.h). */
    private static final List<String> NAMES = List.of(
            "RLIMIT_CPU",
            "RLIMIT_FSIZE",
            "RLIMIT_DATA",
            "RLIMIT_STACK",
            "RLIMIT_CORE",
            "RLIMIT_RSS",
            "RLIMIT_NPROC",
            "RLIMIT_NOFILE",
            "RLIMIT_MEMLOCK",
            "RLIMIT_AS",
            "RLIMIT_LOCKS",
            "RLIMIT_SIGPENDING",
            "RLIMIT_MSGQUEUE",
            "RLIMIT_NICE",
            "RLIMIT_RTPRIO",
            "RLIMIT_RTTIME");

    private Rlimits() {}

    static void emit(List<Rlimit> limits, ProgramBuilder program) {
        for (Rlimit limit : limits) {
            int resource = NAMES.indexOf(limit.type());
            if (resource < 0) {
                throw Fault.invalid("there is no resource limit " + limit.type());
            }
            program.rlimit(resource, limit.soft(), limit.hard());
        }
    }
}
