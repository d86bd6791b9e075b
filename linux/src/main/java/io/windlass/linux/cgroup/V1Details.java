package io.windlass.linux.cgroup;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.Function;

/** Reads {@link CgroupDetails} from the control files of version 1. */
final class V1Details {
    private static final String BYTES = "blkio.throttle.io_service_bytes_recursive";
    private static final String OPERATIONS = "blkio.throttle.io_serviced_recursive";

    private V1Details() {}

    /** @param controller the group's folder by controller name; empty when the machine has no such controller */
    static CgroupDetails read(Function<String, Optional<ControlDirectory>> controller) {
        return new CgroupDetails(
                memory(controller.apply("memory")),
                cpu(controller.apply("cpu")),
                limit(controller.apply("pids"), "pids.max"),
                controller.apply("blkio").map(V1Details::devices).orElse(List.of()),
                controller
                        .apply("hugetlb")
                        .map(d -> Hugepages.read(d, "usage_in_bytes"))
                        .orElse(List.of()));
    }

    private static CgroupDetails.Memory memory(Optional<ControlDirectory> memory) {
        Map<String, Long> stat = memory.map(d -> d.numbers("memory.stat")).orElse(Map.of());
        return new CgroupDetails.Memory(
                stat.getOrDefault("total_cache", 0L),
                stat.getOrDefault("total_mapped_file", 0L),
                stat.getOrDefault("total_active_file", 0L),
                stat.getOrDefault("total_inactive_file", 0L),
                number(memory, "memory.kmem.usage_in_bytes"),
                number(memory, "memory.max_usage_in_bytes"),
                number(memory, "memory.failcnt"),
                stat.getOrDefault("pgfault", 0L),
                stat.getOrDefault("pgmajfault", 0L),
                limit(memory, "memory.soft_limit_in_bytes"),
                limit(memory, "memory.memsw.limit_in_bytes"));
    }

    private static CgroupDetails.Cpu cpu(Optional<ControlDirectory> cpu) {
        // A quota of -1, which is none, is no limit to ControlDirectory either.
        return new CgroupDetails.Cpu(
                limit(cpu, "cpu.shares"), limit(cpu, "cpu.cfs_quota_us"), limit(cpu, "cpu.cfs_period_us"));
    }

    private static long number(Optional<ControlDirectory> directory, String file) {
        return directory.map(d -> d.number(file)).orElse(0L);
    }

    private static OptionalLong limit(Optional<ControlDirectory> directory, String file) {
        return directory.map(d -> d.limit(file)).orElse(OptionalLong.empty());
    }

    private static List<BlockDeviceUsage> devices(ControlDirectory blkio) {
        Map<String, Map<String, Long>> bytes = byDevice(blkio.read(BYTES).orElse(""));
        Map<String, Map<String, Long>> operations =
                byDevice(blkio.read(OPERATIONS).orElse(""));
        List<BlockDeviceUsage> devices = new ArrayList<>();
        bytes.forEach((device, counts) -> {
            String[] number = device.split(":", 2);
            devices.add(new BlockDeviceUsage(
                    Integer.parseInt(number[0]),
                    Integer.parseInt(number[1]),
                    counts,
                    operations.getOrDefault(device, Map.of())));
        });
        return devices;
    }

    /** Lines "8:0 Read 4096"; the last one, "Total 4096", is of all devices. */
    private static Map<String, Map<String, Long>> byDevice(String text) {
        Map<String, Map<String, Long>> devices = new TreeMap<>();
        for (String line : text.lines().toList()) {
            String[] fields = line.split(" ", -1);
            if (fields.length == 3 && fields[0].matches("[0-9]+:[0-9]+") && fields[2].matches("[0-9]+")) {
                devices.computeIfAbsent(fields[0], _ -> new TreeMap<>()).put(fields[1], Long.valueOf(fields[2]));
            }
        }
        return devices;
    }
}
