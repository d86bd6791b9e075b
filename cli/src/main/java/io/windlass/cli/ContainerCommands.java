package io.windlass.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.windlass.cri.v1.Container;
import io.windlass.cri.v1.ContainerConfig;
import io.windlass.cri.v1.ContainerStats;
import io.windlass.cri.v1.ContainerStatusRequest;
import io.windlass.cri.v1.ContainerStatusResponse;
import io.windlass.cri.v1.CreateContainerRequest;
import io.windlass.cri.v1.CreateContainerResponse;
import io.windlass.cri.v1.ExecSyncRequest;
import io.windlass.cri.v1.ExecSyncResponse;
import io.windlass.cri.v1.ListContainerStatsRequest;
import io.windlass.cri.v1.ListContainerStatsResponse;
import io.windlass.cri.v1.ListContainersRequest;
import io.windlass.cri.v1.ListContainersResponse;
import io.windlass.cri.v1.NamespaceMode;
import io.windlass.cri.v1.PodSandboxConfig;
import io.windlass.cri.v1.RemoveContainerRequest;
import io.windlass.cri.v1.StartContainerRequest;
import io.windlass.cri.v1.StopContainerRequest;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "containers",
        description = "Runs, looks into and removes containers.",
        synopsisSubcommandLabel = "COMMAND")
final class ContainerCommands extends CommandBase.Group {
    @Command(name = "ls", description = "Lists containers.")
    int list() {
        try (Daemon daemon = connect()) {
            ListContainersResponse containers =
                    daemon.runtime(30).listContainers(ListContainersRequest.getDefaultInstance());
            Output.Table table = new Output.Table("CONTAINER", "STATE", "POD", "NAME", "IMAGE");
            for (Container container : containers.getContainersList()) {
                table.row(
                        Output.shortId(container.getId()),
                        container.getState().name().replace("CONTAINER_", ""),
                        Output.shortId(container.getPodSandboxId()),
                        container.getMetadata().getName(),
                        container.getImage().getImage());
            }
            output().print(containers, table);
            return 0;
        }
    }

    @Command(name = "run", description = "Creates and starts a container in a pod.")
    int run(
            @Parameters(index = "0", paramLabel = "POD", description = "Id of a pod, or its beginning.") String pod,
            @Parameters(index = "1", paramLabel = "IMAGE", description = "Name or id of an image on this node.")
                    String image,
            @Parameters(
                            index = "2..*",
                            paramLabel = "COMMAND",
                            description = "What it runs (default: the image's command).")
                    List<String> command,
            @Option(
                            names = "--name",
                            paramLabel = "NAME",
                            defaultValue = "main",
                            description = "Its name in the pod (default: main).")
                    String name) {
        try (Daemon daemon = connect()) {
            ContainerConfig.Builder config = ContainerConfig.newBuilder()
                    .setImage(ImageCommands.image(image))
                    .addAllCommand(command == null ? List.of() : command)
                    .setLogPath(name + ".log");
            config.getMetadataBuilder().setName(name);
            config.getLinuxBuilder()
                    .getSecurityContextBuilder()
                    .getNamespaceOptionsBuilder()
                    .setPid(NamespaceMode.CONTAINER);
            CreateContainerResponse created = create(daemon, pod, Optional.empty(), config.build());
            start(daemon, created.getContainerId());
            output().print(created, new Output.Table("CONTAINER").row(created.getContainerId()));
            return 0;
        }
    }

    @Command(name = "exec", description = "Runs a command in a container and prints what it wrote; exits as it exited.")
    int exec(
            @Parameters(index = "0", paramLabel = "CONTAINER", description = "Id of a container, or its beginning.")
                    String container,
            @Parameters(
                            index = "1..*",
                            arity = "1..*",
                            paramLabel = "COMMAND",
                            description = "The command and its arguments.")
                    List<String> command,
            @Option(
                            names = "--timeout",
                            paramLabel = "SECONDS",
                            defaultValue = "60",
                            description = "Until the command is killed (default: 60).")
                    long timeout) {
        try (Daemon daemon = connect()) {
            ExecSyncResponse result = daemon.runtime(timeout + 10)
                    .execSync(ExecSyncRequest.newBuilder()
                            .setContainerId(container)
                            .addAllCmd(command)
                            .setTimeout(timeout)
                            .build());
            if (output().isJson()) {
                output().json(result);
                return result.getExitCode();
            }
            System.out.writeBytes(result.getStdout().toByteArray());
            System.err.writeBytes(result.getStderr().toByteArray());
            return result.getExitCode();
        }
    }

    @Command(name = "stats", description = "Prints CPU, memory and writable-layer usage.")
    int stats() {
        try (Daemon daemon = connect()) {
            ListContainerStatsResponse all =
                    daemon.runtime(30).listContainerStats(ListContainerStatsRequest.getDefaultInstance());
            Output.Table table = new Output.Table("CONTAINER", "NAME", "CPU-MS", "MEMORY", "WRITABLE-LAYER", "INODES");
            for (ContainerStats stats : all.getStatsList()) {
                table.row(
                        Output.shortId(stats.getAttributes().getId()),
                        stats.getAttributes().getMetadata().getName(),
                        stats.getCpu().getUsageCoreNanoSeconds().getValue() / 1_000_000,
                        stats.getMemory().getWorkingSetBytes().getValue(),
                        stats.getWritableLayer().getUsedBytes().getValue(),
                        stats.getWritableLayer().getInodesUsed().getValue());
            }
            output().print(all, table);
            return 0;
        }
    }

    @Command(name = "inspect", description = "Prints everything that is known of a container, as JSON.")
    int inspect(
            @Parameters(paramLabel = "CONTAINER", description = "Id of a container, or its beginning.")
                    String container) {
        try (Daemon daemon = connect()) {
            output().json(status(daemon, container));
            return 0;
        }
    }

    @Command(name = "timeline", description = "Prints where the time of a container's launch went, step by step.")
    int timeline(
            @Parameters(paramLabel = "CONTAINER", description = "Id of a container, or its beginning.")
                    String container)
            throws JsonProcessingException {
        try (Daemon daemon = connect()) {
            ContainerStatusResponse status = status(daemon, container);
            JsonNode info = new ObjectMapper().readTree(status.getInfoOrDefault("info", "{}"));
            Output.Table table = new Output.Table("STEP", "MICROSECONDS");
            for (JsonNode step : info.path("launchTimeline")) {
                table.row(
                        step.path("name").asText(),
                        "%.1f".formatted(step.path("nanoseconds").asLong() / 1000.0));
            }
            output().print(status, table);
            return 0;
        }
    }

    @Command(name = "stop", description = "Stops containers: the stop signal first, after the timeout the end.")
    int stop(
            @Parameters(
                            paramLabel = "CONTAINER",
                            arity = "1..*",
                            description = "Ids of containers, or their beginnings.")
                    List<String> containers,
            @Option(
                            names = "--timeout",
                            paramLabel = "SECONDS",
                            defaultValue = "10",
                            description = "Between the stop signal and the end (default: 10).")
                    long timeout) {
        try (Daemon daemon = connect()) {
            for (String container : containers) {
                daemon.runtime(timeout + 60)
                        .stopContainer(StopContainerRequest.newBuilder()
                                .setContainerId(container)
                                .setTimeout(timeout)
                                .build());
            }
            output().changed("stopped", containers);
            return 0;
        }
    }

    @Command(name = "rm", description = "Removes containers, running or not.")
    int remove(
            @Parameters(
                            paramLabel = "CONTAINER",
                            arity = "1..*",
                            description = "Ids of containers, or their beginnings.")
                    List<String> containers) {
        try (Daemon daemon = connect()) {
            for (String container : containers) {
                daemon.runtime(60)
                        .removeContainer(RemoveContainerRequest.newBuilder()
                                .setContainerId(container)
                                .build());
            }
            output().changed("removed", containers);
            return 0;
        }
    }

    /** @param podConfig what the pod was run with, where that is known */
    static CreateContainerResponse create(
            Daemon daemon, String pod, Optional<PodSandboxConfig> podConfig, ContainerConfig config) {
        CreateContainerRequest.Builder request =
                CreateContainerRequest.newBuilder().setPodSandboxId(pod).setConfig(config);
        podConfig.ifPresent(request::setSandboxConfig);
        return daemon.runtime(60).createContainer(request.build());
    }

    static void start(Daemon daemon, String container) {
        daemon.runtime(60)
                .startContainer(StartContainerRequest.newBuilder()
                        .setContainerId(container)
                        .build());
    }

    private static ContainerStatusResponse status(Daemon daemon, String container) {
        return daemon.runtime(30)
                .containerStatus(ContainerStatusRequest.newBuilder()
                        .setContainerId(container)
                        .setVerbose(true)
                        .build());
    }
}
