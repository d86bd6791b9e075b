package io.windlass.pod.network;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** The kernel settings that forwarding needs, of the calling thread's network namespace. Written only where they differ. */
final class HostSysctls {
    private static final int LONGEST_VALUE = 256;

    private final Path net;

    /** @param net /proc/sys/net */
    HostSysctls(Path net) {
        this.net = net;
    }

    void enableIpv4Forwarding() {
        set(net.resolve("ipv4/ip_forward"), "1");
    }

    /** Lets packets from and to 127.0.0.0/8 cross the bridge; host ports on 127.0.0.1 need it. */
    void enableRouteLocalnet(String link) {
        set(net.resolve("ipv4/conf").resolve(link).resolve("route_localnet"), "1");
    }

    boolean ipv6Enabled(String link) {
        Path disabled = net.resolve("ipv6/conf").resolve(link).resolve("disable_ipv6");
        return Files.exists(disabled) && get(disabled).equals("0");
    }

    /**
     * The link's own link-local address is usable at once: until it is, no neighbour can be asked for on behalf of
     * forwarded packets.
     */
    void disableDuplicateDetection(String link) {
        set(net.resolve("ipv6/conf").resolve(link).resolve("accept_dad"), "0");
    }

    /** Links that learn their routes from router advertisements keep doing so: forwarding alone would end that. */
    void enableIpv6Forwarding() {
        Path conf = net.resolve("ipv6/conf");
        if (get(conf.resolve("all/forwarding")).equals("1")) {
            return;
        }
        try (DirectoryStream<Path> links = Files.newDirectoryStream(conf)) {
            for (Path link : links) {
                Path acceptance = link.resolve("accept_ra");
                boolean pattern = link.endsWith("all") || link.endsWith("default");
                if (!pattern && Files.exists(acceptance) && get(acceptance).equals("1")) {
                    set(acceptance, "2");
                }
            }
        } catch (IOException e) {
            throw failed("list", conf, e);
        }
        set(conf.resolve("all/forwarding"), "1");
    }

    private static String get(Path file) {
        // In one read: a second one finds the end, and Files.readString begins with a single byte where the size is 0.
        try (InputStream stream = Files.newInputStream(file)) {
            return new String(stream.readNBytes(LONGEST_VALUE), StandardCharsets.UTF_8).strip();
        } catch (IOException e) {
            throw failed("read", file, e);
        }
    }

    private static void set(Path file, String value) {
        if (get(file).equals(value)) {
            return;
        }
        try {
            Files.writeString(file, value, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw failed("write '" + value + "' to", file, e);
        }
    }

    private static Fault failed(String verb, Path file, IOException cause) {
        return new Fault(FaultKind.UNAVAILABLE, "cannot " + verb + " " + file + ": " + cause.getMessage(), cause);
    }
}
