package io.windlass.linux.cgroup;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;

/** Reads {@link CgroupDetails} from the control files of version 2. */
final class V2Details {
    private V2Details() {}

    static CgroupDetails read(ControlDirectory group) {
        return new CgroupDetails(
                memory(group),
                cpu(group),
                group.limit("pids.max"),
                devices(group.read("io.stat").orElse("")),
                Hugepages.read(group, "current"));
    }

    private static CgroupDetails.Memory memory(ControlDirectory group) {
        Map<String, Long> stat = group.numbers("memory.stat");
        // One figure since Linux 5.18; before, its two great parts.
        long kernel =
                stat.getOrDefault("kernel", stat.getOrDefault("slab", 0L) + stat.getOrDefault("kernel_stack", 0L));
        long softLimit = group.number("memory.low");
        return new CgroupDetails.Memory(
                stat.getOrDefault("file", 0L),
                stat.getOrDefault("file_mapped", 0L),
                stat.getOrDefault("active_file", 0L),
                stat.getOrDefault("inactive_file", 0L),
                kernel,
                group.number("memory.peak"),
                group.numbers("memory.events").getOrDefault("max", 0L),
                stat.getOrDefault("pgfault", 0L),
                stat.getOrDefault("pgmajfault", 0L),
                softLimit > 0 ? OptionalLong.of(softLimit) : OptionalLong.empty(),
                group.limit("memory.swap.max"));
    }

    private static CgroupDetails.Cpu cpu(ControlDirectory group) {
        OptionalLong weight = group.limit("cpu.weight");
        String[] max = group.read("cpu.max").orElse("").split(" ", 2);
        return new CgroupDetails.Cpu(
                weight.isPresent() ? OptionalLong.of(V2Limits.shares(weight.getAsLong())) : OptionalLong.empty(),
                number(max[0]),
                max.length == 2 ? number(max[1]) : OptionalLong.empty());
    }

    private static OptionalLong number(String text) {
        return text.matches("[0-9]+") ? OptionalLong.of(Long.parseLong(text)) : OptionalLong.empty();
    }

    /** Lines "8:0 rbytes=1 wbytes=2 rios=3 wios=4 dbytes=5 dios=6". */
    private static List<BlockDeviceUsage> devices(String text) {
        List<BlockDeviceUsage> devices = new ArrayList<>();
        for (String line : text.lines().toList()) {
            String[] fields = line.split(" ", -1);
            if (!fields[0].matches("[0-9]+:[0-9]+")) {
                continue;
            }
            Map<String, Long> numbers = new TreeMap<>();
            for (String field : fields) {
                String[] pair = field.split("=", 2);
                if (pair.length == 2 && pair[1].matches("[0-9]+")) {
                    numbers.put(pair[0], Long.valueOf(pair[1]));
                }
            }
            String[] device = fields[0].split(":", 2);
            devices.add(new BlockDeviceUsage(
                    Integer.parseInt(device[0]),
                    Integer.parseInt(device[1]),
                    kinds(numbers, "bytes"),
                    kinds(numbers, "ios")));
        }
        return devices;
    }

    private static Map<String, Long> kinds(Map<String, Long> numbers, String unit) {
        return Map.of(
                "Read", numbers.getOrDefault("r" + unit, 0L),
                "Write", numbers.getOrDefault("w" + unit, 0L),
                "Discard", numbers.getOrDefault("d" + unit, 0L));
    }
}
