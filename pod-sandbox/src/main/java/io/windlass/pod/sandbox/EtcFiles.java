package io.windlass.pod.sandbox;

import io.windlass.fault.Fault;
import io.windlass.pod.lifecycle.PodFolders;
import io.windlass.pod.lifecycle.RootOwner;
import io.windlass.pod.model.DnsConfig;
import io.windlass.pod.network.AddressText;
import io.windlass.pod.security.Labelling;
import io.windlass.pod.store.SandboxDefinition;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

/** Writes what the containers of a pod find as /etc/hosts, /etc/hostname and /etc/resolv.conf. */
final class EtcFiles {
    private final PodFolders folders;
    private final Labelling labelling;

    EtcFiles(PodFolders folders, Labelling labelling) {
        this.folders = folders;
        this.labelling = labelling;
    }

    void write(SandboxDefinition sandbox, List<InetAddress> addresses) {
        boolean host = sandbox.hostNetwork();
        String hostname = sandbox.config().hostname();
        write(sandbox, "hosts", host ? ofNode("/etc/hosts") : hosts(hostname, addresses));
        write(sandbox, "hostname", host || hostname.isEmpty() ? ofNode("/etc/hostname") : hostname + "\n");
        write(
                sandbox,
                "resolv.conf",
                sandbox.config()
                        .dnsConfig()
                        .filter(EtcFiles::saysAnything)
                        .map(EtcFiles::resolver)
                        .orElseGet(() -> ofNode("/etc/resolv.conf")));
    }

    private static boolean saysAnything(DnsConfig dns) {
        return !(dns.servers().isEmpty()
                && dns.searches().isEmpty()
                && dns.options().isEmpty());
    }

    private static String hosts(String hostname, List<InetAddress> addresses) {
        StringBuilder text = new StringBuilder("127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n");
        if (!hostname.isEmpty()) {
            addresses.forEach(address -> text.append(AddressText.of(address))
                    .append('\t')
                    .append(hostname)
                    .append('\n'));
        }
        return text.toString();
    }

    private static String resolver(DnsConfig dns) {
        StringBuilder text = new StringBuilder();
        if (!dns.searches().isEmpty()) {
            text.append("search ").append(String.join(" ", dns.searches())).append('\n');
        }
        dns.servers()
                .forEach(server -> text.append("nameserver ").append(server).append('\n'));
        if (!dns.options().isEmpty()) {
            text.append("options ").append(String.join(" ", dns.options())).append('\n');
        }
        return text.toString();
    }

    private static String ofNode(String file) {
        try {
            return Files.readString(Path.of(file), StandardCharsets.ISO_8859_1);
        } catch (NoSuchFileException e) {
            return "";
        } catch (IOException e) {
            throw Fault.internal("cannot read " + file + ": " + e.getMessage(), e);
        }
    }

    private void write(SandboxDefinition sandbox, String name, String text) {
        Path file = folders.etc(sandbox.id(), name);
        try {
            Files.writeString(file, text, StandardCharsets.ISO_8859_1);
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
            RootOwner.of(sandbox.namespaces()).adopt(file);
            if (sandbox.selinux().isPresent()) {
                labelling.relabel(file.toRealPath(), sandbox.selinux().get().mount());
            }
        } catch (IOException e) {
            throw Fault.internal("cannot write " + file + ": " + e.getMessage(), e);
        }
    }
}
