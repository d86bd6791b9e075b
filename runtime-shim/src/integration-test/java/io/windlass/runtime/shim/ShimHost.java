package io.windlass.runtime.shim;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.windlass.fault.Fault;
import io.windlass.linux.Kernel;
import io.windlass.linux.cgroup.Cgroup;
import io.windlass.linux.cgroup.CgroupDriver;
import io.windlass.linux.cgroup.CgroupResources;
import io.windlass.runtime.oci.Process;
import io.windlass.runtime.oci.Spec;
import io.windlass.runtime.program.OverlayLayers;
import io.windlass.runtime.program.TypicalContainer;
import io.windlass.runtime.shim.ShimStream.Frame;
import io.windlass.testkit.Patience;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/** A state folder, an image with busybox, and the real helper; everything is ended and removed at the end. */
final class ShimHost implements AutoCloseable {
    private static final Duration PATIENCE = Patience.ofSeconds(10);
    private static final Path BUSYBOX = Path.of("/bin/busybox");

    private final Path folder;
    private final Path image;
    private final ShimSupervisor supervisor;
    private final List<PodShim> pods = new ArrayList<>();
    private final CgroupDriver cgroups = CgroupDriver.detect(Path.of("/sys/fs/cgroup"));
    private final String cgroupParent = "/windlass-runtime-" + id().substring(0, 8);
    private final List<Cgroup> launchedCgroups = new ArrayList<>();

    ShimHost() {
        try {
            folder = Files.createTempDirectory(Path.of("/tmp"), "windlass-runtime-");
            image = folder.resolve("image");
            Path bin = Files.createDirectories(image.resolve("bin"));
            Files.copy(BUSYBOX, bin.resolve("busybox"), StandardCopyOption.COPY_ATTRIBUTES);
            for (String applet : List.of(
                    "sh",
                    "cat",
                    "echo",
                    "sleep",
                    "ls",
                    "id",
                    "true",
                    "false",
                    "stty",
                    "mount",
                    "hostname",
                    "grep",
                    "touch",
                    "mkdir",
                    "stat",
                    "setsid",
                    "head",
                    "dd",
                    "ps",
                    "kill",
                    "readlink",
                    "unshare",
                    "wc",
                    "tty",
                    "test")) {
                Files.createSymbolicLink(bin.resolve(applet), Path.of("busybox"));
            }
            Files.createDirectories(image.resolve("etc"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        supervisor = newSupervisor();
    }

    ShimSupervisor newSupervisor() {
        return ShimSupervisor.of(
                Path.of(System.getProperty("windlass.shim")), folder.resolve("state"), OverlayLayers.of(new Kernel()));
    }

    ShimSupervisor supervisor() {
        return supervisor;
    }

    Path folder() {
        return folder;
    }

    static String id() {
        byte[] bytes = new byte[32];
        ThreadLocalRandom.current().nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    PodShim pod() {
        return pod(id(), Set.of(PodNamespace.NET, PodNamespace.IPC, PodNamespace.UTS));
    }

    PodShim pod(String id, Set<PodNamespace> namespaces) {
        return pod(spawn(id, namespaces));
    }

    PodShim pod(PodSpawn request) {
        PodShim pod = supervisor.spawn(request);
        pods.add(pod);
        return pod;
    }

    PodSpawn spawn(String id, Set<PodNamespace> namespaces) {
        try {
            Path directory =
                    Files.createDirectories(folder.resolve("state/pods").resolve(id));
            return new PodSpawn(id, directory, namespaces, "the-pod", Map.of(), List.of(), List.of());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A container of its own layers, with a log file. */
    ContainerLaunch launch(Spec spec) {
        return launch(spec, PidMode.CONTAINER, false);
    }

    ContainerLaunch launch(Spec spec, PidMode pidMode, boolean stdin) {
        String id = id();
        try {
            Cgroup cgroup = cgroups.create(cgroupParent + "/" + id, CgroupResources.NONE);
            launchedCgroups.add(cgroup);
            Path container =
                    Files.createDirectories(folder.resolve("containers").resolve(id));
            return new ContainerLaunch(
                    id,
                    spec,
                    RootfsLayers.overlay(
                            List.of(image),
                            Files.createDirectory(container.resolve("upper")),
                            Files.createDirectory(container.resolve("work")),
                            Files.createDirectory(container.resolve("root"))),
                    Optional.of(container.resolve("log")),
                    stdin,
                    false,
                    pidMode,
                    cgroup.attachFiles(),
                    cgroup.unifiedDirectory(),
                    container.resolve("exit"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    ContainerLaunch shell(String script) {
        return launch(TypicalContainer.spec("sh", "-c", script).build());
    }

    /** Runs a container to its end and returns what it wrote to its log, without the CRI decoration. */
    String run(PodShim pod, ContainerLaunch launch) {
        pod.create(launch);
        pod.start(launch.containerId());
        awaitExit(launch);
        return log(launch);
    }

    ExitRecord awaitExit(ContainerLaunch launch) {
        eventually(
                "exit of " + launch.containerId(),
                () -> ExitRecord.read(launch.exitFile()).isPresent());
        return ExitRecord.read(launch.exitFile()).orElseThrow();
    }

    String rawLog(ContainerLaunch launch) {
        try {
            return Files.readString(launch.logPath().orElseThrow());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The third space ends what precedes the text of a line of a CRI log. */
    String log(ContainerLaunch launch) {
        StringBuilder text = new StringBuilder();
        rawLog(launch)
                .lines()
                .forEach(line -> text.append(line.split(" ", 4)[3]).append('\n'));
        return text.toString();
    }

    ExecLaunch exec(ContainerLaunch launch, String... args) {
        return exec(launch, TypicalContainer.process(args).build(), false);
    }

    ExecLaunch exec(ContainerLaunch launch, Process process, boolean stdin) {
        return new ExecLaunch(launch.containerId(), id(), process, launch.spec(), stdin, launch.cgroupAttachFiles());
    }

    /** Reads a stream to its end. */
    static Output collect(ShimStream stream) {
        StringBuilder stdout = new StringBuilder();
        StringBuilder stderr = new StringBuilder();
        Optional<Frame.Exited> exited = Optional.empty();
        while (true) {
            switch (stream.read()) {
                case Frame.StdOut(var data) -> stdout.append(UTF_8.decode(data));
                case Frame.StdErr(var data) -> stderr.append(UTF_8.decode(data));
                case Frame.Exited exit -> exited = Optional.of(exit);
                case Frame.End() -> {
                    return new Output(stdout.toString(), stderr.toString(), exited);
                }
            }
        }
    }

    /** What a stream carried. */
    record Output(String stdout, String stderr, Optional<Frame.Exited> exited) {
        int exitCode() {
            return exited.orElseThrow().exitCode();
        }
    }

    /** Runs a command in a running container to its end. */
    Output execute(PodShim pod, ContainerLaunch launch, String... args) {
        try (ShimStream stream = pod.exec(exec(launch, args))) {
            return collect(stream);
        }
    }

    /** A container that only waits. */
    ContainerLaunch idle(PodShim pod) {
        ContainerLaunch launch = shell("trap 'exit 0' TERM; echo ready; sleep 1000 & wait");
        pod.create(launch);
        pod.start(launch.containerId());
        eventually("its trap", () -> rawLog(launch).contains("ready"));
        return launch;
    }

    static void eventually(String what, BooleanSupplier holds) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!holds.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("still waiting after " + PATIENCE.toSeconds() + " s: " + what);
            }
            try {
                Thread.sleep(Duration.ofMillis(2));
            } catch (InterruptedException e) {
                throw new AssertionError("interrupted", e);
            }
        }
    }

    @Override
    public void close() throws IOException {
        for (PodShim pod : pods) {
            end(pod);
        }
        eventually("the end of the zygote", () -> {
            try {
                supervisor.shutdown();
                return true;
            } catch (Fault fault) {
                return false;
            }
        });
        launchedCgroups.forEach(Cgroup::remove);
        cgroups.find(cgroupParent).ifPresent(Cgroup::remove);
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
                    Files.delete(path);
                }
            }
        }
    }

    private static void end(PodShim pod) {
        if (!pod.alive()) {
            return;
        }
        for (ShimContainer container : pod.list()) {
            if (container.state() != ShimContainer.State.EXITED) {
                pod.signal(container.containerId(), 9, true);
            }
        }
        eventually(
                "the end of all containers",
                () -> pod.list().stream().allMatch(c -> c.state() == ShimContainer.State.EXITED));
        pod.shutdown();
    }
}
