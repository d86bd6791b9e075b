package io.windlass.pod.stats;

import static io.windlass.pod.stats.Family.gauge;
import static io.windlass.pod.stats.Family.gauges;

import io.windlass.pod.stats.Family.Point;
import java.util.List;

/** Processes, what they hold, and when the container came and was seen. */
final class ProcessMetrics {
    static final List<Family<ContainerReading>> ALL = List.of(
            gauge(
                    "container_processes",
                    "Processes in the container.",
                    r -> r.processes().processes()),
            gauge(
                    "container_threads",
                    "Threads of all processes in the container.",
                    r -> r.stats().pids()),
            gauge(
                    "container_threads_max",
                    "Most threads that the container may have; 0 without a limit.",
                    r -> r.details().taskLimit().orElse(0)),
            gauge(
                    "container_file_descriptors",
                    "File descriptors that the container's processes have open.",
                    r -> r.processes().fileDescriptors()),
            gauge(
                    "container_sockets",
                    "Sockets among the open file descriptors.",
                    r -> r.processes().sockets()),
            gauges(
                    "container_ulimits_soft",
                    "Soft limits of the container's first process; those that are unlimited are left out.",
                    List.of("ulimit"),
                    r -> r.processes().softLimits().entrySet().stream()
                            .map(limit -> Point.of(limit.getValue(), limit.getKey()))
                            .toList()),
            gauge(
                    "container_start_time_seconds",
                    "When the container was started, in seconds since 1970.",
                    r -> r.startedAt().getEpochSecond()),
            gauge(
                    "container_last_seen",
                    "When the container was last measured, in seconds since 1970.",
                    r -> r.stats().at().getEpochSecond()));

    private ProcessMetrics() {}
}
