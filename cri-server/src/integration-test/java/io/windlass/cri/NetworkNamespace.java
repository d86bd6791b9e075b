package io.windlass.cri;

import io.windlass.linux.NamespaceThread;
import io.windlass.linux.NamespaceType;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;

/** A network namespace with its loopback up, held by a process and by no mount; it ends with that process. */
final class NetworkNamespace implements AutoCloseable {
    private final Process holder;

    private NetworkNamespace(Process holder) {
        this.holder = holder;
    }

    static NetworkNamespace create() throws IOException {
        Process holder = new ProcessBuilder("unshare", "--net", "sh", "-c", "ip link set lo up && echo up && exec cat")
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        BufferedReader said = holder.inputReader(StandardCharsets.UTF_8);
        if (!"up".equals(said.readLine())) {
            throw new IOException("cannot make a network namespace");
        }
        return new NetworkNamespace(holder);
    }

    Path file() {
        return Path.of("/proc", Long.toString(holder.pid()), "ns", "net");
    }

    /** Sockets and processes that {@code work} makes on its own thread are in the namespace for good. */
    <T> T call(Callable<T> work) {
        return NamespaceThread.call(file(), NamespaceType.NETWORK, work);
    }

    /** The names of its links. */
    List<String> links() throws IOException {
        Process ip = new ProcessBuilder("nsenter", "--net=" + file(), "ip", "-o", "-br", "link").start();
        try (BufferedReader lines = ip.inputReader(StandardCharsets.UTF_8)) {
            return lines.lines().map(line -> line.split("[ @]", 2)[0]).toList();
        }
    }

    @Override
    public void close() {
        holder.destroyForcibly().onExit().join();
    }
}
