package io.windlass.pod.stats;

import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;

/**
 * One metric and how it is told from a reading.
 *
 * @param <R> what has been read
 */
record Family<R>(MetricDescriptor descriptor, Function<R, List<Point>> points) {
    /** One value and the labels that it has beside those of its {@link Subject}. */
    record Point(List<String> labels, long value) {
        static Point of(long value, String... labels) {
            return new Point(List.of(labels), value);
        }

        static List<Point> ofPresent(OptionalLong value) {
            return value.stream().mapToObj(Point::of).toList();
        }
    }

    static <R> Family<R> counter(String name, String help, ToLongFunction<R> value) {
        return new Family<>(
                MetricDescriptor.of(name, help, MetricKind.COUNTER),
                reading -> List.of(Point.of(value.applyAsLong(reading))));
    }

    static <R> Family<R> gauge(String name, String help, ToLongFunction<R> value) {
        return new Family<>(
                MetricDescriptor.of(name, help, MetricKind.GAUGE),
                reading -> List.of(Point.of(value.applyAsLong(reading))));
    }

    static <R> Family<R> counters(String name, String help, List<String> labels, Function<R, List<Point>> points) {
        return new Family<>(MetricDescriptor.of(name, help, MetricKind.COUNTER, labels.toArray(String[]::new)), points);
    }

    static <R> Family<R> gauges(String name, String help, List<String> labels, Function<R, List<Point>> points) {
        return new Family<>(MetricDescriptor.of(name, help, MetricKind.GAUGE, labels.toArray(String[]::new)), points);
    }

    static long seconds(long nanos) {
        return TimeUnit.NANOSECONDS.toSeconds(nanos);
    }

    Stream<MetricSample> samples(Subject subject, R reading) {
        return points.apply(reading).stream()
                .map(point -> new MetricSample(
                        descriptor,
                        Stream.concat(subject.values().stream(), point.labels().stream())
                                .toList(),
                        point.value()));
    }
}
