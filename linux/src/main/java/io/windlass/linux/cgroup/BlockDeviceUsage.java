package io.windlass.linux.cgroup;

import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a group and those below it moved to and from one block device.
 *
 * @param bytes by kind of operation: Read, Write, Discard, and on version 1 Sync, Async and Total
 * @param operations as {@code bytes}, in counts
 */
public record BlockDeviceUsage(
        int major, int minor, SortedMap<String, Long> bytes, SortedMap<String, Long> operations) {
    public BlockDeviceUsage {
        bytes = Collections.unmodifiableSortedMap(new TreeMap<>(bytes));
        operations = Collections.unmodifiableSortedMap(new TreeMap<>(operations));
    }

    BlockDeviceUsage(int major, int minor, Map<String, Long> bytes, Map<String, Long> operations) {
        this(major, minor, new TreeMap<>(bytes), new TreeMap<>(operations));
    }
}
