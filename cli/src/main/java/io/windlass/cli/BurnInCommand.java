package io.windlass.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.grpc.StatusRuntimeException;
import io.windlass.cri.v1.ContainerConfig;
import io.windlass.cri.v1.ExecSyncRequest;
import io.windlass.cri.v1.NamespaceMode;
import io.windlass.cri.v1.PodSandboxConfig;
import io.windlass.cri.v1.RunPodSandboxRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Runs and removes many pods, and reports how long each kind of operation took. */
@Command(
        name = "burn-in",
        description = {
            "Runs pods of one container each, executes a command in it, and removes them, several at a time.",
            "Prints the latency of each operation, and what failed. A pod whose operation failed is removed all the same.",
            "Ends with 1 when any operation failed."
        })
final class BurnInCommand extends CommandBase implements Callable<Integer> {
    @Option(names = "--pods", paramLabel = "N", defaultValue = "20", description = "Pods in all (default: 20).")
    private int pods = 20;

    @Option(names = "--parallel", paramLabel = "N", defaultValue = "1", description = "At a time (default: 1).")
    private int parallel = 1;

    @Option(names = "--warm-up", paramLabel = "N", defaultValue = "0", description = "Pods before, not counted.")
    private int warmUp;

    @Option(names = "--keep", description = "Leave the pods running.")
    private boolean keep;

    @Parameters(paramLabel = "IMAGE", description = "An image with sleep and true, present on the node.")
    private String image = "";

    @Override
    public Integer call() throws InterruptedException, ExecutionException {
        Latencies latencies = new Latencies();
        Latencies before = new Latencies();
        try (Daemon daemon = connect();
                ExecutorService workers = Executors.newFixedThreadPool(parallel)) {
            runAll(daemon, workers, warmUp, before);
            runAll(daemon, workers, pods, latencies);
        }
        Output output = output();
        if (output.isJson()) {
            ObjectNode json = latencies.json();
            before.reasons().forEach(json.withArray("failures")::add);
            output.line(json.toPrettyString());
            return before.failed() + latencies.failed() == 0 ? 0 : 1;
        }
        output.line(latencies.table());
        Stream.of(before, latencies).flatMap(all -> all.reasons().stream()).forEach(output::line);
        int failed = before.failed() + latencies.failed();
        output.line("%d pods: %d operations failed".formatted(warmUp + pods, failed));
        return failed == 0 ? 0 : 1;
    }

    private void runAll(Daemon daemon, ExecutorService workers, int count, Latencies latencies)
            throws InterruptedException, ExecutionException {
        List<Future<?>> running = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String name = "burn-in-" + i;
            running.add(workers.submit(() -> onePod(daemon, name, latencies)));
        }
        for (Future<?> pod : running) {
            pod.get();
        }
    }

    /** A failure is counted where it happens; the pod is not left to it. */
    private void onePod(Daemon daemon, String name, Latencies latencies) {
        PodSandboxConfig config = PodCommands.config(name, false, "");
        try {
            long begin = System.nanoTime();
            String pod = latencies.time("run pod", () -> run(daemon, config));
            try {
                oneContainer(daemon, pod, config, begin, latencies);
            } finally {
                if (!keep) {
                    latencies.time("stop and remove pod", () -> {
                        PodCommands.remove(daemon, pod);
                        return pod;
                    });
                }
            }
        } catch (StatusRuntimeException | IllegalStateException counted) {
            return;
        }
    }

    private static String run(Daemon daemon, PodSandboxConfig config) {
        return daemon.runtime(120)
                .runPodSandbox(
                        RunPodSandboxRequest.newBuilder().setConfig(config).build())
                .getPodSandboxId();
    }

    private void oneContainer(Daemon daemon, String pod, PodSandboxConfig podConfig, long begin, Latencies latencies) {
        ContainerConfig.Builder config = ContainerConfig.newBuilder()
                .setImage(ImageCommands.image(image))
                .addAllCommand(List.of("sleep", "1000000"));
        config.getMetadataBuilder().setName("main");
        config.getLinuxBuilder()
                .getSecurityContextBuilder()
                .getNamespaceOptionsBuilder()
                .setPid(NamespaceMode.CONTAINER);
        String container = latencies.time(
                "create container",
                () -> ContainerCommands.create(daemon, pod, Optional.of(podConfig), config.build())
                        .getContainerId());
        latencies.time("start container", () -> {
            ContainerCommands.start(daemon, container);
            return container;
        });
        latencies.add("pod + container start", System.nanoTime() - begin);
        latencies.time("exec true", () -> execTrue(daemon, container));
    }

    private static int execTrue(Daemon daemon, String container) {
        int code = daemon.runtime(60)
                .execSync(ExecSyncRequest.newBuilder()
                        .setContainerId(container)
                        .addCmd("true")
                        .setTimeout(30)
                        .build())
                .getExitCode();
        if (code != 0) {
            throw new IllegalStateException("'true' in container " + container + " exited with " + code);
        }
        return code;
    }
}
