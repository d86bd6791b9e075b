package io.windlass.pod.sandbox;

import io.windlass.pod.model.NetworkInterfaceUsage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The counters of a pod's network interfaces, read through a process in its namespace (/proc/PID/net/dev, proc(5)). */
final class NetworkCounters {
    private static final int RX_BYTES = 0;
    private static final int RX_ERRORS = 2;
    private static final int TX_BYTES = 8;
    private static final int TX_ERRORS = 10;

    private NetworkCounters() {}

    /** Without loopback; empty when the process is gone. */
    static List<NetworkInterfaceUsage> of(long pid) {
        try {
            return parse(Files.readAllLines(
                    Path.of("/proc", Long.toString(pid), "net", "dev"), StandardCharsets.ISO_8859_1));
        } catch (IOException e) {
            return List.of();
        }
    }

    static List<NetworkInterfaceUsage> parse(List<String> lines) {
        List<NetworkInterfaceUsage> interfaces = new ArrayList<>();
        for (String line : lines) {
            int colon = line.indexOf(':');
            if (colon < 0) {
                continue;
            }
            String name = line.substring(0, colon).strip();
            String[] fields = line.substring(colon + 1).strip().split("\\s+", -1);
            if (!name.equals("lo") && fields.length > TX_ERRORS) {
                interfaces.add(new NetworkInterfaceUsage(
                        name,
                        Long.parseLong(fields[RX_BYTES]),
                        Long.parseLong(fields[RX_ERRORS]),
                        Long.parseLong(fields[TX_BYTES]),
                        Long.parseLong(fields[TX_ERRORS])));
            }
        }
        return interfaces;
    }
}
