package io.windlass.pod.stats;

import static io.windlass.pod.stats.Family.counters;
import static io.windlass.pod.stats.Family.seconds;

import io.windlass.linux.cgroup.CgroupPressure;
import io.windlass.linux.cgroup.Pressure;
import io.windlass.pod.stats.Family.Point;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** The time that tasks waited for a resource; without values where the kernel does not measure it. */
final class PressureMetrics {
    static final List<Family<ContainerReading>> ALL = List.of(
            waiting("cpu", "for a CPU", CgroupPressure::cpu),
            stalled("cpu", "for a CPU", CgroupPressure::cpu),
            waiting("memory", "for memory", CgroupPressure::memory),
            stalled("memory", "for memory", CgroupPressure::memory),
            waiting("io", "for block devices", CgroupPressure::io),
            stalled("io", "for block devices", CgroupPressure::io));

    private PressureMetrics() {}

    private static Family<ContainerReading> waiting(
            String resource, String what, Function<CgroupPressure, Optional<Pressure>> which) {
        return counters(
                "container_pressure_" + resource + "_waiting_seconds_total",
                "Time in which at least one task of the container waited " + what + ", in seconds.",
                List.of(),
                r -> point(which.apply(r.pressure()).map(Pressure::some)));
    }

    private static Family<ContainerReading> stalled(
            String resource, String what, Function<CgroupPressure, Optional<Pressure>> which) {
        return counters(
                "container_pressure_" + resource + "_stalled_seconds_total",
                "Time in which all tasks of the container that had work waited " + what + ", in seconds.",
                List.of(),
                r -> point(which.apply(r.pressure()).map(Pressure::full)));
    }

    private static List<Point> point(Optional<Pressure.Stall> stall) {
        return stall.stream().map(s -> Point.of(seconds(s.totalNanos()))).toList();
    }
}
