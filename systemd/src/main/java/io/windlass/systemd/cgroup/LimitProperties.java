package io.windlass.systemd.cgroup;

import io.windlass.fault.Fault;
import io.windlass.linux.cgroup.CgroupDetails;
import io.windlass.linux.cgroup.CgroupResources;
import io.windlass.linux.cgroup.V2Limits;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;

/**
 * The limits of a group in the words of systemd, so that it puts the same ones back whenever it writes control files anew
 * (daemon-reload). What it has no word for (huge pages, device rules, files like io.max) it never writes either.
 */
final class LimitProperties {
    private static final long MICROSECONDS = 1_000_000;

    // systemd keeps the quota as a whole percentage in the unit's file, and cuts off what is beyond.
    private static final long ONE_PERCENT = 10_000;

    private static final int MOST_NUMBERS = 8192;

    private final Map<String, UnitProperty> properties = new LinkedHashMap<>();

    private LimitProperties() {}

    /**
     * What is in force where a request names only one half of a limit.
     *
     * @param cpuQuota microseconds in a period; absent without a limit
     * @param memory bytes; absent without a limit
     */
    record InForce(OptionalLong cpuQuota, long cpuPeriod, OptionalLong memory) {
        private static final long USUAL_PERIOD = 100_000;

        static final InForce NOTHING = new InForce(OptionalLong.empty(), USUAL_PERIOD, OptionalLong.empty());

        static InForce of(CgroupDetails.Cpu cpu, OptionalLong memory) {
            return new InForce(cpu.quota(), cpu.period().orElse(USUAL_PERIOD), memory);
        }
    }

    static List<UnitProperty> of(CgroupResources limits, InForce before) {
        LimitProperties mapped = new LimitProperties();
        limits.cpuShares().ifPresent(shares -> mapped.number("CPUWeight", V2Limits.weight(shares)));
        if (limits.cpuQuota().isPresent() || limits.cpuPeriod().isPresent()) {
            mapped.cpu(
                    limits.cpuQuota().orElse(before.cpuQuota().orElse(-1)),
                    limits.cpuPeriod().orElse(before.cpuPeriod()));
        }
        limits.cpusetCpus().ifPresent(cpus -> mapped.set("AllowedCPUs", cpus));
        limits.cpusetMems().ifPresent(mems -> mapped.set("AllowedMemoryNodes", mems));
        limits.memoryLimit().ifPresent(bytes -> mapped.limit("MemoryMax", bytes));
        limits.memorySwapLimit().ifPresent(both -> mapped.swap(both, limits, before));
        limits.pidsLimit().ifPresent(tasks -> mapped.limit("TasksMax", tasks));
        limits.unified().forEach(mapped::file);
        return new ArrayList<>(mapped.properties.values());
    }

    private void number(String name, long value) {
        properties.put(name, UnitProperty.number(name, value));
    }

    private void limit(String name, long value) {
        number(name, value < 0 ? UnitProperty.INFINITY : value);
    }

    private void cpu(long quota, long period) {
        if (quota < 0 || period <= 0) {
            number("CPUQuotaPerSecUSec", UnitProperty.INFINITY);
        } else {
            long perSecond = Math.ceilDiv(quota * MICROSECONDS, period);
            number("CPUQuotaPerSecUSec", Math.ceilDiv(perSecond, ONE_PERCENT) * ONE_PERCENT);
        }
        number("CPUQuotaPeriodUSec", period);
    }

    // The request counts memory and swap together; systemd, as the kernel, counts swap alone.
    private void swap(long both, CgroupResources limits, InForce before) {
        long memory = limits.memoryLimit().orElse(before.memory().orElse(-1));
        limit("MemorySwapMax", both < 0 || memory < 0 ? -1 : Math.max(0, both - memory));
    }

    private void set(String name, String list) {
        BitSet numbers = new BitSet();
        for (String range : list.strip().split(",", -1)) {
            String[] ends = range.strip().split("-", 2);
            int first = element(ends[0], list);
            numbers.set(first, Math.max(first, element(ends[ends.length - 1], list)) + 1);
        }
        properties.put(name, UnitProperty.members(name, numbers));
    }

    private static int element(String text, String list) {
        int number = text.matches("[0-9]{1,6}") ? Integer.parseInt(text) : MOST_NUMBERS;
        if (number >= MOST_NUMBERS) {
            throw Fault.invalid("cannot use '" + list + "' as a set of CPUs or memory nodes: it must be like 0-2,7");
        }
        return number;
    }

    private void file(String file, String value) {
        switch (file) {
            case "cpu.weight" -> amount("CPUWeight", value);
            case "cpu.max" -> {
                String[] halves = value.strip().split(" +", 2);
                cpu(parsed(file, halves[0]), halves.length == 2 ? parsed(file, halves[1]) : InForce.USUAL_PERIOD);
            }
            case "cpuset.cpus" -> set("AllowedCPUs", value);
            case "cpuset.mems" -> set("AllowedMemoryNodes", value);
            case "io.weight" -> amount("IOWeight", value.replaceFirst("^default ", ""));
            case "memory.swap.max" -> amount("MemorySwapMax", value);
            case "memory.min", "memory.low", "memory.high", "memory.max" -> {
                String word = file.substring("memory.".length());
                amount("Memory" + word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1), value);
            }
            case "pids.max" -> amount("TasksMax", value);
            default -> {}
        }
    }

    // Weights of single devices, and units like 1G, have been written to the kernel as they are: it is the judge of
    // them.
    private void amount(String name, String value) {
        String text = value.strip();
        if (text.equals("max") || text.matches("[0-9]{1,18}")) {
            limit(name, parsed(name, text));
        }
    }

    private static long parsed(String file, String text) {
        if (text.equals("max")) {
            return -1;
        }
        if (!text.matches("[0-9]{1,18}")) {
            throw Fault.invalid("cannot use '" + text + "' for " + file + ": it must be a number or max");
        }
        return Long.parseLong(text);
    }
}
