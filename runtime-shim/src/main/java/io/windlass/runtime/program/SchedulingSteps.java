package io.windlass.runtime.program;

import io.windlass.fault.Fault;
import io.windlass.runtime.oci.IoPriority;
import io.windlass.runtime.oci.Linux;
import io.windlass.runtime.oci.MemoryPolicy;
import io.windlass.runtime.oci.Personality;
import io.windlass.runtime.oci.Process;
import io.windlass.runtime.oci.Scheduler;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Priorities, scheduling, NUMA policy and execution domain of the process, by the kernel's numbers (linux/ioprio.h, linux/sched.h,
 * linux/mempolicy.h). All are kept by what is executed later; some need rights of the host's root.
 */
final class SchedulingSteps {
    private static final Map<String, Integer> IO_CLASSES =
            Map.of("IOPRIO_CLASS_RT", 1, "IOPRIO_CLASS_BE", 2, "IOPRIO_CLASS_IDLE", 3);
    private static final int LOWEST_IO_PRIORITY = 7;

    private static final Map<String, Integer> POLICIES = Map.of(
            "SCHED_OTHER",
            0,
            "SCHED_FIFO",
            1,
            "SCHED_RR",
            2,
            "SCHED_BATCH",
            3,
            "SCHED_ISO",
            4,
            "SCHED_IDLE",
            5,
            "SCHED_DEADLINE",
            6);
    private static final Map<String, Integer> SCHEDULER_FLAGS = Map.of(
            "SCHED_FLAG_RESET_ON_FORK", 1,
            "SCHED_FLAG_RECLAIM", 2,
            "SCHED_FLAG_DL_OVERRUN", 4,
            "SCHED_FLAG_KEEP_POLICY", 8,
            "SCHED_FLAG_KEEP_PARAMS", 16);

    private static final Map<String, Integer> DOMAINS = Map.of("LINUX", 0, "LINUX32", 8);

    private static final Map<String, Integer> MEMORY_MODES = Map.of(
            "MPOL_DEFAULT",
            0,
            "MPOL_PREFERRED",
            1,
            "MPOL_BIND",
            2,
            "MPOL_INTERLEAVE",
            3,
            "MPOL_LOCAL",
            4,
            "MPOL_PREFERRED_MANY",
            5,
            "MPOL_WEIGHTED_INTERLEAVE",
            6);
    private static final Map<String, Integer> MEMORY_FLAGS =
            Map.of("MPOL_F_NUMA_BALANCING", 1 << 13, "MPOL_F_RELATIVE_NODES", 1 << 14, "MPOL_F_STATIC_NODES", 1 << 15);
    private static final int MOST_NODES = 1024;

    private SchedulingSteps() {}

    static void emit(Process process, @Nullable Linux linux, ProgramBuilder program) {
        if (linux != null && linux.memoryPolicy() != null) {
            memory(linux.memoryPolicy(), program);
        }
        if (linux != null && linux.personality() != null) {
            personality(linux.personality(), program);
        }
        if (process.ioPriority() != null) {
            ioPriority(process.ioPriority(), program);
        }
        if (process.scheduler() != null) {
            scheduler(process.scheduler(), program);
        }
    }

    private static void ioPriority(IoPriority wanted, ProgramBuilder program) {
        int schedulingClass = number("process.ioPriority.class", wanted.schedulingClass(), IO_CLASSES);
        if (wanted.priority() < 0 || wanted.priority() > LOWEST_IO_PRIORITY) {
            throw Fault.invalid("process.ioPriority.priority %d is not one of 0 to %d"
                    .formatted(wanted.priority(), LOWEST_IO_PRIORITY));
        }
        program.ioPriority(schedulingClass, wanted.priority());
    }

    private static void scheduler(Scheduler wanted, ProgramBuilder program) {
        program.scheduler(
                number("process.scheduler.policy", wanted.policy(), POLICIES),
                flags("process.scheduler.flags", wanted.flags(), SCHEDULER_FLAGS),
                wanted);
    }

    private static void personality(Personality wanted, ProgramBuilder program) {
        if (!wanted.flags().isEmpty()) {
            throw Fault.unimplemented("linux.personality.flags %s are not supported".formatted(wanted.flags()));
        }
        program.personality(number("linux.personality.domain", wanted.domain(), DOMAINS));
    }

    private static void memory(MemoryPolicy wanted, ProgramBuilder program) {
        int mode = number("linux.memoryPolicy.mode", wanted.mode(), MEMORY_MODES);
        int flags = flags("linux.memoryPolicy.flags", wanted.flags(), MEMORY_FLAGS);
        String nodes = wanted.nodes() == null ? "" : wanted.nodes().strip();
        program.memoryPolicy(mode | flags, nodes.isEmpty() ? new byte[0] : words(parse(nodes)));
    }

    /** As the kernel's lists are: "0-3,7". */
    private static BitSet parse(String nodes) {
        BitSet found = new BitSet();
        for (String part : nodes.split(",", -1)) {
            String[] range = part.strip().split("-", -1);
            try {
                int first = Integer.parseInt(range[0]);
                int last = Integer.parseInt(range[range.length - 1]);
                if (range.length > 2 || first < 0 || first > last || last >= MOST_NODES) {
                    throw new NumberFormatException(part);
                }
                found.set(first, last + 1);
            } catch (NumberFormatException e) {
                throw Fault.invalid("linux.memoryPolicy.nodes '%s' is not a list of nodes".formatted(nodes));
            }
        }
        return found;
    }

    private static byte[] words(BitSet nodes) {
        return Arrays.copyOf(nodes.toByteArray(), nodes.toLongArray().length * Long.BYTES);
    }

    private static int flags(String field, List<String> names, Map<String, Integer> known) {
        return names.stream().mapToInt(name -> number(field, name, known)).reduce(0, (a, b) -> a | b);
    }

    private static int number(String field, @Nullable String name, Map<String, Integer> known) {
        Integer number = name == null ? null : known.get(name);
        if (number == null) {
            throw Fault.invalid("%s cannot be %s".formatted(field, name));
        }
        return number;
    }
}
