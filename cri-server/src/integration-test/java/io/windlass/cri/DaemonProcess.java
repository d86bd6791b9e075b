package io.windlass.cri;

import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollEventLoopGroup;
import io.netty.channel.unix.DomainSocketAddress;
import io.windlass.testkit.Patience;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The built daemon as a process of its own, in a network namespace of its own unless one is named. */
final class DaemonProcess implements AutoCloseable {
    private static final Duration PATIENCE = Patience.ofSeconds(60);
    private static final Path HELPER = Path.of("../runtime-shim/target/c/windlass-shim");

    private static final List<String> OWN_NETWORK =
            List.of("unshare", "--net", "sh", "-c", "ip link set lo up && exec \"$@\"", "sh");

    private final Process process;
    private final Path log;
    private final EventLoopGroup group = new EpollEventLoopGroup(1);

    private DaemonProcess(Process process, Path log) {
        this.process = process;
        this.log = log;
    }

    /** Starts the daemon with its log in {@code folder}. */
    static DaemonProcess start(Path folder, String... arguments) {
        return start(
                folder,
                Map.of("WINDLASS_SHIM", HELPER.toAbsolutePath().normalize().toString()),
                arguments);
    }

    static DaemonProcess start(Path folder, Map<String, String> environment, String... arguments) {
        return start(OWN_NETWORK, folder, environment, arguments);
    }

    /** Starts the daemon in a network namespace that others are in too. */
    static DaemonProcess startIn(NetworkNamespace network, Path folder, String... arguments) {
        return start(
                List.of("nsenter", "--net=" + network.file()),
                folder,
                Map.of("WINDLASS_SHIM", HELPER.toAbsolutePath().normalize().toString()),
                arguments);
    }

    private static DaemonProcess start(
            List<String> enter, Path folder, Map<String, String> environment, String... arguments) {
        List<String> command = new ArrayList<>(enter);
        command.addAll(daemon());
        command.addAll(List.of(arguments));
        try {
            Path log = Files.createTempFile(folder, "daemon", ".log");
            ProcessBuilder builder =
                    new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
            builder.environment().remove("WINDLASS_SHIM");
            builder.environment().putAll(environment);
            return new DaemonProcess(builder.start(), log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The daemon of this build, or the program that is named, which is one of a distribution with its quicker start. */
    private static List<String> daemon() {
        String named = System.getProperty("windlass.test.daemon");
        if (named != null) {
            return List.of(named);
        }
        return List.of(
                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "-XX:+UseSerialGC",
                "-Xmx64m",
                "-Xmn3m",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-jar",
                "target/quarkus-app/quarkus-run.jar");
    }

    /** Waits until it says that it answers. */
    DaemonProcess ready() throws InterruptedException {
        Instant end = Instant.now().plus(PATIENCE);
        while (!log().contains(" ready on ")) {
            if (!process.isAlive() || Instant.now().isAfter(end)) {
                throw new AssertionError("the daemon did not get ready:\n" + log());
            }
            Thread.sleep(20);
        }
        return this;
    }

    long pid() {
        return process.pid();
    }

    /** Asks it to end by SIGTERM, or waits for it to end by itself; its exit code. */
    int end(boolean asked) throws InterruptedException {
        if (asked) {
            process.destroy();
        }
        if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
            throw new AssertionError("the daemon did not end:\n" + log());
        }
        return process.exitValue();
    }

    /** Ends it without giving it any notice, as a crash would. */
    void kill() {
        process.destroyForcibly().onExit().join();
    }

    String log() {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    ManagedChannel connect(Path socket) {
        return NettyChannelBuilder.forAddress(new DomainSocketAddress(socket.toString()))
                .channelType(EpollDomainSocketChannel.class)
                .eventLoopGroup(group)
                .overrideAuthority("localhost")
                .usePlaintext()
                .build();
    }

    /** Ends it politely, if it has not ended: a daemon that leaves no pods takes its helper with it. */
    @Override
    public void close() {
        process.destroy();
        process.onExit()
                .completeOnTimeout(process, PATIENCE.toSeconds(), TimeUnit.SECONDS)
                .join();
        process.destroyForcibly().onExit().join();
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
    }
}
