package io.windlass.runtime.program;

import io.windlass.fault.Fault;
import io.windlass.runtime.oci.Rlimit;
import java.util.Iterator;
import java.util.List;

/** Resource limits and their numbers. */
final class Rlimits {
    /** More than all slots together. */
    private static final long AMPLE_FILES = 1024;

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

    /** All but a small limit of open files, which would hit the operations that open some. */
    static void emit(List<Rlimit> limits, ProgramBuilder program) {
        emit(limits.stream().filter(limit -> !hinders(limit)).toList().iterator(), program);
    }

    static void emitHindering(List<Rlimit> limits, ProgramBuilder program) {
        emit(limits.stream().filter(Rlimits::hinders).toList().iterator(), program);
    }

    private static boolean hinders(Rlimit limit) {
        return limit.type().equals("RLIMIT_NOFILE") && Long.compareUnsigned(limit.soft(), AMPLE_FILES) < 0;
    }

    private static void emit(Iterator<Rlimit> limits, ProgramBuilder program) {
        while (limits.hasNext()) {
            Rlimit limit = limits.next();
            int resource = NAMES.indexOf(limit.type());
            if (resource < 0) {
                throw Fault.invalid("there is no resource limit " + limit.type());
            }
            program.rlimit(resource, limit.soft(), limit.hard());
        }
    }
}
