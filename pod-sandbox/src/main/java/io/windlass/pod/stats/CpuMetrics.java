package io.windlass.pod.stats;

import static io.windlass.pod.stats.Family.counter;
import static io.windlass.pod.stats.Family.counters;
import static io.windlass.pod.stats.Family.gauge;
import static io.windlass.pod.stats.Family.gauges;
import static io.windlass.pod.stats.Family.seconds;

import io.windlass.pod.stats.Family.Point;
import java.util.List;

/** CPU time and its limits. */
final class CpuMetrics {
    static final List<Family<ContainerReading>> ALL = List.of(
            counters(
                    "container_cpu_usage_seconds_total",
                    "CPU time spent since the container was made, in seconds, over all CPUs together (cpu=\"total\").",
                    List.of("cpu"),
                    r -> List.of(Point.of(seconds(r.stats().cpuUsageNanos()), "total"))),
            counter(
                    "container_cpu_user_seconds_total",
                    "CPU time spent in user mode, in seconds.",
                    r -> seconds(r.stats().cpuUserNanos())),
            counter(
                    "container_cpu_system_seconds_total",
                    "CPU time spent in the kernel, in seconds.",
                    r -> seconds(r.stats().cpuSystemNanos())),
            counter(
                    "container_cpu_cfs_periods_total",
                    "Periods of the CPU quota that have passed while the container had work.",
                    r -> r.stats().cpuPeriods()),
            counter(
                    "container_cpu_cfs_throttled_periods_total",
                    "Periods of the CPU quota in which the container used it up and had to wait.",
                    r -> r.stats().cpuThrottledPeriods()),
            counter(
                    "container_cpu_cfs_throttled_seconds_total",
                    "Time in which the container had to wait for its next CPU quota, in seconds.",
                    r -> seconds(r.stats().cpuThrottledNanos())),
            gauges(
                    "container_spec_cpu_period",
                    "Length of a period of the CPU quota, in microseconds.",
                    List.of(),
                    r -> Point.ofPresent(r.details().cpu().period())),
            gauges(
                    "container_spec_cpu_quota",
                    "CPU time that the container may use in each period, in microseconds; absent without a limit.",
                    List.of(),
                    r -> Point.ofPresent(r.details().cpu().quota())),
            gauge(
                    "container_spec_cpu_shares",
                    "Weight of the container where CPUs are contended; 1024 is one ordinary share.",
                    r -> r.details().cpu().shares().orElse(0)));

    private CpuMetrics() {}
}
