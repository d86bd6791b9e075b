package io.windlass.pod.stats;

import static io.windlass.pod.stats.Family.counter;
import static io.windlass.pod.stats.Family.counters;
import static io.windlass.pod.stats.Family.gauge;
import static io.windlass.pod.stats.Family.gauges;

import io.windlass.linux.cgroup.HugepageUsage;
import io.windlass.pod.stats.Family.Point;
import java.util.List;

/** Memory and its limits. */
final class MemoryMetrics {
    static final List<Family<ContainerReading>> ALL = List.of(
            gauge(
                    "container_memory_usage_bytes",
                    "All memory that is charged to the container, in bytes.",
                    r -> r.stats().memoryUsage()),
            gauge(
                    "container_memory_working_set_bytes",
                    "Memory in use without the file pages that can be dropped at once, in bytes.",
                    r -> r.stats().memoryWorkingSet()),
            gauge(
                    "container_memory_rss",
                    "Anonymous memory, in bytes.",
                    r -> r.stats().memoryRss()),
            gauge(
                    "container_memory_swap",
                    "Memory that is swapped out, in bytes.",
                    r -> r.stats().swapUsage()),
            gauge(
                    "container_memory_cache",
                    "Memory that holds pages of files, in bytes.",
                    r -> r.details().memory().cache()),
            gauge(
                    "container_memory_mapped_file",
                    "Pages of files that processes have mapped, in bytes.",
                    r -> r.details().memory().mappedFile()),
            gauge(
                    "container_memory_total_active_file_bytes",
                    "Pages of files that were used lately, in bytes.",
                    r -> r.details().memory().activeFile()),
            gauge(
                    "container_memory_total_inactive_file_bytes",
                    "Pages of files that were not used lately and are dropped first, in bytes.",
                    r -> r.details().memory().inactiveFile()),
            gauge(
                    "container_memory_kernel_usage",
                    "Memory that the kernel holds for the container, in bytes.",
                    r -> r.details().memory().kernel()),
            gauge(
                    "container_memory_max_usage_bytes",
                    "The most memory that was ever charged to the container, in bytes; 0 where the kernel does not keep it.",
                    r -> r.details().memory().highestUsage()),
            counter(
                    "container_memory_failcnt",
                    "How often memory usage ran into the limit.",
                    r -> r.details().memory().limitHits()),
            counters(
                    "container_memory_failures_total",
                    "Page faults, minor ones with major ones (pgfault) or those alone that needed a read (pgmajfault), of the"
                            + " container's own cgroup or of those below it too (hierarchy).",
                    List.of("failure_type", "scope"),
                    MemoryMetrics::faults),
            counter("container_oom_events_total", "Processes that were killed for lack of memory.", r -> r.oomKills()),
            gauge(
                    "container_spec_memory_limit_bytes",
                    "Limit of memory, in bytes; 0 without one.",
                    r -> r.stats().memoryLimit().orElse(0)),
            gauge(
                    "container_spec_memory_reservation_limit_bytes",
                    "Memory that is left to the container when the node runs short of it, in bytes; 0 without such a promise.",
                    r -> r.details().memory().softLimit().orElse(0)),
            gauge(
                    "container_spec_memory_swap_limit_bytes",
                    "Limit of swap, in bytes, which includes memory on cgroup version 1; 0 without one.",
                    r -> r.details().memory().swapLimit().orElse(0)),
            gauges(
                    "container_hugetlb_usage_bytes",
                    "Huge pages in use, in bytes, by their size.",
                    List.of("pagesize"),
                    r -> r.details().hugepages().stream()
                            .map(pages -> Point.of(pages.usage(), pages.pageSize()))
                            .toList()),
            gauges(
                    "container_hugetlb_max_usage_bytes",
                    "The most huge pages that were ever in use, in bytes, by their size; absent on cgroup version 2.",
                    List.of("pagesize"),
                    MemoryMetrics::mostHugepages));

    private MemoryMetrics() {}

    private static List<Point> faults(ContainerReading reading) {
        return List.of(
                Point.of(reading.details().memory().ownPageFaults(), "pgfault", "container"),
                Point.of(reading.stats().memoryPageFaults(), "pgfault", "hierarchy"),
                Point.of(reading.details().memory().ownMajorPageFaults(), "pgmajfault", "container"),
                Point.of(reading.stats().memoryMajorPageFaults(), "pgmajfault", "hierarchy"));
    }

    private static List<Point> mostHugepages(ContainerReading reading) {
        return reading.details().hugepages().stream()
                .filter(pages -> pages.highest().isPresent())
                .map((HugepageUsage pages) -> Point.of(pages.highest().orElseThrow(), pages.pageSize()))
                .toList();
    }
}
