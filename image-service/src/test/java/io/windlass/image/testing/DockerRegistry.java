package io.windlass.image.testing;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;

/** Debian's docker-registry on a free loopback port, with its data in a folder of the test. */
public final class DockerRegistry implements AutoCloseable {
    private static final Path BINARY = Path.of("/usr/bin/docker-registry");

    private final Process process;
    private final int port;
    private final boolean tls;

    private DockerRegistry(Process process, int port, boolean tls) {
        this.process = process;
        this.port = port;
        this.tls = tls;
    }

    /** Starts it; the test is skipped where it is not installed. */
    public static DockerRegistry start(Path folder) throws IOException, InterruptedException {
        return start(folder, "", "");
    }

    /**
     * Starts one with settings of its own, in YAML; several may serve the same folder.
     *
     * @param http lines of the section http, such as {@code tls: {...}}
     * @param top lines of the file itself, such as {@code auth: {...}}
     */
    public static DockerRegistry start(Path folder, String http, String top) throws IOException, InterruptedException {
        assumeTrue(Files.isExecutable(BINARY), BINARY + " is missing: install the Debian package docker-registry");
        int port;
        try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = probe.getLocalPort();
        }
        Path config = folder.resolve("registry-" + port + ".yml");
        Files.writeString(config, """
                version: 0.1
                log: {level: error}
                storage:
                  filesystem: {rootdirectory: %s}
                http:
                  addr: 127.0.0.1:%d
                %s
                %s
                """.formatted(folder.resolve("data"), port, http.indent(2), top));
        Process process = new ProcessBuilder(BINARY.toString(), "serve", config.toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("registry.log").toFile())
                .start();
        DockerRegistry registry = new DockerRegistry(process, port, http.contains("tls:"));
        registry.awaitReady(folder);
        return registry;
    }

    private void awaitReady(Path folder) throws IOException, InterruptedException {
        for (int attempt = 0; attempt < 200; attempt++) {
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1000);
                return;
            } catch (IOException notYet) {
                if (!process.isAlive()) {
                    break;
                }
                Thread.sleep(50);
            }
        }
        close();
        throw new IllegalStateException(
                "docker-registry did not start: " + Files.readString(folder.resolve("registry.log")));
    }

    /** What references to its images begin with. */
    public String host() {
        return "127.0.0.1:" + port;
    }

    public URI url() {
        return URI.create((tls ? "https://" : "http://") + host());
    }

    @Override
    public void close() {
        process.destroy();
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
