package io.windlass.pod.stats;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The counters of one network interface of a pod, read through a process in its namespace (/proc/PID/net/dev, proc(5)). */
public record InterfaceCounters(String name, Direction received, Direction sent) {
    private static final int SENT = 8;
    private static final int FIELDS = 16;

    /** The counters of one direction. */
    public record Direction(long bytes, long packets, long errors, long dropped) {}

    /** Without loopback; empty when the process is gone. */
    public static List<InterfaceCounters> of(long pid) {
        try {
            return parse(Files.readAllLines(
                    Path.of("/proc", Long.toString(pid), "net", "dev"), StandardCharsets.ISO_8859_1));
        } catch (IOException e) {
            return List.of();
        }
    }

    static List<InterfaceCounters> parse(List<String> lines) {
        List<InterfaceCounters> interfaces = new ArrayList<>();
        for (String line : lines) {
            int colon = line.indexOf(':');
            if (colon < 0) {
                continue;
            }
            String name = line.substring(0, colon).strip();
            String[] fields = line.substring(colon + 1).strip().split("\\s+", -1);
            if (!name.equals("lo") && fields.length >= FIELDS) {
                interfaces.add(new InterfaceCounters(name, direction(fields, 0), direction(fields, SENT)));
            }
        }
        return interfaces;
    }

    private static Direction direction(String[] fields, int first) {
        return new Direction(
                Long.parseLong(fields[first]),
                Long.parseLong(fields[first + 1]),
                Long.parseLong(fields[first + 2]),
                Long.parseLong(fields[first + 3]));
    }
}
