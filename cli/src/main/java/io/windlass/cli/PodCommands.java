package io.windlass.cli;

import io.windlass.cri.v1.ListPodSandboxRequest;
import io.windlass.cri.v1.ListPodSandboxResponse;
import io.windlass.cri.v1.NamespaceMode;
import io.windlass.cri.v1.NamespaceOption;
import io.windlass.cri.v1.PodSandbox;
import io.windlass.cri.v1.PodSandboxConfig;
import io.windlass.cri.v1.RemovePodSandboxRequest;
import io.windlass.cri.v1.RunPodSandboxRequest;
import io.windlass.cri.v1.RunPodSandboxResponse;
import io.windlass.cri.v1.StopPodSandboxRequest;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "pods", description = "Runs, lists and removes pods.", synopsisSubcommandLabel = "COMMAND")
final class PodCommands extends CommandBase.Group {
    private static final long STOP_SECONDS = 120;

    @Command(name = "ls", description = "Lists pods.")
    int list() {
        try (Daemon daemon = connect()) {
            ListPodSandboxResponse pods = daemon.runtime(30).listPodSandbox(ListPodSandboxRequest.getDefaultInstance());
            Output.Table table = new Output.Table("POD", "STATE", "CREATED", "NAMESPACE", "NAME");
            for (PodSandbox pod : pods.getItemsList()) {
                table.row(
                        Output.shortId(pod.getId()),
                        pod.getState().name().replace("SANDBOX_", ""),
                        Instant.ofEpochSecond(0, pod.getCreatedAt()),
                        pod.getMetadata().getNamespace(),
                        pod.getMetadata().getName());
            }
            output().print(pods, table);
            return 0;
        }
    }

    @Command(name = "run", description = "Runs an empty pod, to put containers into.")
    int run(
            @Parameters(paramLabel = "NAME", description = "The pod's name.") String name,
            @Option(names = "--host-network", description = "Share the node's network.") boolean hostNetwork,
            @Option(names = "--logs", paramLabel = "DIR", description = "Folder for its containers' logs.") Path logs) {
        try (Daemon daemon = connect()) {
            RunPodSandboxResponse pod = daemon.runtime(60)
                    .runPodSandbox(RunPodSandboxRequest.newBuilder()
                            .setConfig(config(name, hostNetwork, logs == null ? "" : logs.toString()))
                            .build());
            output().print(pod, new Output.Table("POD").row(pod.getPodSandboxId()));
            return 0;
        }
    }

    @Command(name = "rm", description = "Stops and removes pods with all their containers.")
    int remove(
            @Parameters(paramLabel = "POD", arity = "1..*", description = "Ids of pods, or their beginnings.")
                    List<String> pods) {
        try (Daemon daemon = connect()) {
            pods.forEach(pod -> remove(daemon, pod));
            output().changed("removed", pods);
            return 0;
        }
    }

    static PodSandboxConfig config(String name, boolean hostNetwork, String logs) {
        PodSandboxConfig.Builder config = PodSandboxConfig.newBuilder().setLogDirectory(logs);
        config.getMetadataBuilder()
                .setName(name)
                .setNamespace("windlass")
                .setUid(UUID.randomUUID().toString());
        // As kubelet has it: each container has processes of its own.
        NamespaceOption.Builder namespaces = config.getLinuxBuilder()
                .getSecurityContextBuilder()
                .getNamespaceOptionsBuilder()
                .setPid(NamespaceMode.CONTAINER);
        if (hostNetwork) {
            namespaces.setNetwork(NamespaceMode.NODE);
        } else {
            config.setHostname(name);
        }
        return config.build();
    }

    static void remove(Daemon daemon, String pod) {
        daemon.runtime(STOP_SECONDS)
                .stopPodSandbox(
                        StopPodSandboxRequest.newBuilder().setPodSandboxId(pod).build());
        daemon.runtime(STOP_SECONDS)
                .removePodSandbox(RemovePodSandboxRequest.newBuilder()
                        .setPodSandboxId(pod)
                        .build());
    }
}
