package io.windlass.pod.stats;

import static io.windlass.pod.stats.Family.counters;
import static io.windlass.pod.stats.Family.gauges;

import io.windlass.linux.cgroup.BlockDeviceUsage;
import io.windlass.pod.stats.Family.Point;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** The writable layer, the filesystem that it lies on, and traffic with block devices. */
final class FilesystemMetrics {
    private static final List<String> DEVICE = List.of("device");

    static final List<Family<ContainerReading>> ALL = List.of(
            gauges(
                    "container_fs_usage_bytes",
                    "What the container's writable layer takes, in bytes.",
                    DEVICE,
                    r -> r.layer().stream()
                            .map(layer -> Point.of(layer.bytes(), r.capacity().device()))
                            .toList()),
            gauges(
                    "container_fs_limit_bytes",
                    "Size of the filesystem that the writable layer lies on, in bytes.",
                    DEVICE,
                    r -> List.of(Point.of(r.capacity().bytes(), r.capacity().device()))),
            gauges(
                    "container_fs_inodes_total",
                    "Inodes of the filesystem that the writable layer lies on.",
                    DEVICE,
                    r -> List.of(Point.of(r.capacity().inodes(), r.capacity().device()))),
            gauges(
                    "container_fs_inodes_free",
                    "Inodes that the filesystem of the writable layer has left.",
                    DEVICE,
                    r -> List.of(
                            Point.of(r.capacity().inodesFree(), r.capacity().device()))),
            counters(
                    "container_fs_reads_bytes_total",
                    "Bytes read from a block device.",
                    DEVICE,
                    r -> operations(r, BlockDeviceUsage::bytes, "Read")),
            counters(
                    "container_fs_reads_total",
                    "Reads from a block device that were finished.",
                    DEVICE,
                    r -> operations(r, BlockDeviceUsage::operations, "Read")),
            counters(
                    "container_fs_writes_bytes_total",
                    "Bytes written to a block device.",
                    DEVICE,
                    r -> operations(r, BlockDeviceUsage::bytes, "Write")),
            counters(
                    "container_fs_writes_total",
                    "Writes to a block device that were finished.",
                    DEVICE,
                    r -> operations(r, BlockDeviceUsage::operations, "Write")),
            counters(
                    "container_blkio_device_usage_total",
                    "Bytes moved to and from a block device, by the kind of operation.",
                    List.of("device", "major", "minor", "operation"),
                    FilesystemMetrics::devices));

    private FilesystemMetrics() {}

    private static List<Point> operations(
            ContainerReading reading, Function<BlockDeviceUsage, Map<String, Long>> counts, String operation) {
        return reading.details().devices().stream()
                .filter(device -> counts.apply(device).containsKey(operation))
                .map(device -> Point.of(
                        counts.apply(device).getOrDefault(operation, 0L),
                        BlockDevices.name(device.major(), device.minor())))
                .toList();
    }

    private static List<Point> devices(ContainerReading reading) {
        List<Point> points = new ArrayList<>();
        for (BlockDeviceUsage device : reading.details().devices()) {
            String name = BlockDevices.name(device.major(), device.minor());
            device.bytes()
                    .forEach((operation, bytes) -> points.add(Point.of(
                            bytes,
                            name,
                            Integer.toString(device.major()),
                            Integer.toString(device.minor()),
                            operation)));
        }
        return points;
    }
}
