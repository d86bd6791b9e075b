package io.windlass.linux.seccomp;

import io.windlass.linux.Architecture;
import io.windlass.linux.Capability;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Compiles one policy.
 *
 * <p>The program checks the architecture, then finds the call's number by binary search over ranges of numbers that are treated
 * alike; a range of one number may go on to look at arguments. Most policies have about 150 ranges, so that a call is decided
 * by some ten instructions.
 */
final class FilterCompiler {
    private static final int OFFSET_NUMBER = 0;
    private static final int OFFSET_ARCHITECTURE = 4;
    private static final int X32_BIT = 0x40000000;
    private static final SeccompAction FOREIGN = SeccompAction.KILL_THREAD;

    private final SeccompPolicy policy;
    private final Set<Capability> capabilities;
    private final Architecture machine;
    private final KernelVersion kernel;
    private final BackwardAssembler code = new BackwardAssembler();

    FilterCompiler(SeccompPolicy policy, Set<Capability> capabilities, Architecture machine, KernelVersion kernel) {
        this.policy = policy;
        this.capabilities = capabilities;
        this.machine = machine;
        this.kernel = kernel;
    }

    SeccompFilter compile() {
        Set<SeccompArchitecture> admitted = new LinkedHashSet<>();
        admitted.add(SeccompArchitecture.of(machine));
        policy.architectures().stream().filter(a -> a.runsOn(machine)).forEach(admitted::add);
        Map<Integer, List<SeccompArchitecture>> byAuditNumber = new LinkedHashMap<>();
        for (SeccompArchitecture architecture : admitted) {
            byAuditNumber
                    .computeIfAbsent(architecture.auditNumber(), ignored -> new ArrayList<>())
                    .add(architecture);
        }
        // Written backwards: the machine's own convention comes last here, and so first in the program.
        int next = code.returning(FOREIGN.returnValue());
        for (Map.Entry<Integer, List<SeccompArchitecture>> entry :
                new ArrayList<>(byAuditNumber.entrySet()).reversed()) {
            int numbers = code.load(OFFSET_NUMBER, search(ranges(entry.getValue())));
            next = code.branch(BackwardAssembler.JUMP_EQUAL, entry.getKey(), numbers, next);
        }
        return new SeccompFilter(code.program(code.load(OFFSET_ARCHITECTURE, next)));
    }

    /** Ranges from a first number (unsigned) up to the next range, with what is done there. */
    private List<Map.Entry<Long, Treatment>> ranges(List<SeccompArchitecture> architectures) {
        TreeMap<Long, Treatment> named = new TreeMap<>();
        for (SeccompArchitecture architecture : architectures) {
            treatments(architecture).forEach((number, treatment) -> named.put(number.longValue(), treatment));
        }
        Treatment otherwise = Treatment.always(policy.defaultAction());
        TreeMap<Long, Treatment> starts = new TreeMap<>();
        starts.put(0L, otherwise);
        if (architectures.contains(SeccompArchitecture.X86_64) && !architectures.contains(SeccompArchitecture.X32)) {
            // Numbers with X32's bit are calls by a convention that is not admitted; -1 is what a tracer sets to skip a
            // call.
            starts.put((long) X32_BIT, Treatment.always(FOREIGN));
            starts.put(0xffffffffL, otherwise);
        }
        named.forEach((number, treatment) -> {
            starts.putIfAbsent(number + 1, starts.floorEntry(number + 1).getValue());
            starts.put(number, treatment);
        });
        List<Map.Entry<Long, Treatment>> ranges = new ArrayList<>();
        for (Map.Entry<Long, Treatment> start : starts.entrySet()) {
            if (ranges.isEmpty() || !ranges.getLast().getValue().equals(start.getValue())) {
                ranges.add(start);
            }
        }
        return ranges;
    }

    private Map<Integer, Treatment> treatments(SeccompArchitecture architecture) {
        Map<Integer, Treatment> treatments = new TreeMap<>();
        for (SyscallRule rule : policy.rules()) {
            if (!rule.counts(capabilities, machine, kernel) || rule.action().equals(policy.defaultAction())) {
                continue;
            }
            for (String name : rule.names()) {
                add(treatments, architecture, name, rule);
                if (architecture == SeccompArchitecture.X86) {
                    Multiplexer.of(name).ifPresent(m -> add(treatments, architecture, m.call(), m.through(rule)));
                }
            }
        }
        return treatments;
    }

    private void add(
            Map<Integer, Treatment> treatments, SeccompArchitecture architecture, String name, SyscallRule rule) {
        Treatment treatment = Treatment.of(rule, policy.defaultAction(), architecture.wide());
        SyscallTable.of(architecture)
                .number(name)
                .ifPresent(number -> treatments.merge(number, treatment, Treatment::and));
    }

    /** A balanced binary search; returns its place. */
    private int search(List<Map.Entry<Long, Treatment>> ranges) {
        if (ranges.size() == 1) {
            return ranges.getFirst().getValue().emit(code);
        }
        int middle = ranges.size() / 2;
        int upper = search(ranges.subList(middle, ranges.size()));
        int lower = search(ranges.subList(0, middle));
        int first = ranges.get(middle).getKey().intValue();
        return code.branch(BackwardAssembler.JUMP_GREATER_OR_EQUAL, first, upper, lower);
    }
}
