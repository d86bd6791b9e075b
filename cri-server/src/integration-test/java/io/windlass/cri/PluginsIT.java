package io.windlass.cri;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ByteString;
import io.windlass.cri.v1.ContainerConfig;
import io.windlass.cri.v1.ContainerState;
import io.windlass.cri.v1.LinuxContainerResources;
import io.windlass.cri.v1.RemoveContainerRequest;
import io.windlass.cri.v1.StopContainerRequest;
import io.windlass.cri.v1.StopPodSandboxRequest;
import io.windlass.cri.v1.UpdateContainerResourcesRequest;
import io.windlass.nri.plugin.PeerPlugin;
import io.windlass.proto.nri.ContainerEviction;
import io.windlass.proto.nri.UpdateContainersRequest;
import io.windlass.testkit.RequiresRoot;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** NRI as plugins on its own Go stub see it, and as containers see them. */
@RequiresRoot
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PluginsIT {
    private static final String FOREVER = "while :; do sleep 1; done";

    private Path folder;
    private Path program;
    private CriNode node;

    @BeforeAll
    void start(@TempDir Path temporary) throws Exception {
        folder = temporary;
        program = GoPlugin.build(folder);
        node = new CriNode(Files.createDirectory(folder.resolve("node")));
        node.pull();
    }

    @AfterEach
    void removeEverything() {
        node.removePods();
    }

    @AfterAll
    void end() throws Exception {
        if (node == null) {
            return;
        }
        try {
            assertThat(node.end()).isIn(0, 143);
            assertThat(Leftovers.processesOf(node.state())).isEmpty();
            assertThat(node.pluginSocket()).doesNotExist();
        } finally {
            node.close();
        }
    }

    @Test
    void aPluginHearsOfEveryStepOfALife() throws Exception {
        try (GoPlugin plugin = connect("10", "hears", "")) {
            assertThat(plugin.find("Configure").orElseThrow().path("detail").asText())
                    .startsWith("windlass ")
                    .endsWith(" 2s");
            String pod = node.runPod("life");
            String container = node.create(pod, "life", CriNode.shell("main", FOREVER));
            node.start(container);
            shares(container, 300);
            stop(container);
            CriNode.await("the end to be told", () -> plugin.heard("StopContainer"));
            node.runtime()
                    .removeContainer(RemoveContainerRequest.newBuilder()
                            .setContainerId(container)
                            .build());
            node.runtime()
                    .stopPodSandbox(StopPodSandboxRequest.newBuilder()
                            .setPodSandboxId(pod)
                            .build());
            node.removePods();
            assertThat(plugin.events("life"))
                    .containsExactly(
                            "RunPodSandbox",
                            "CreateContainer main",
                            "PostCreateContainer main",
                            "StartContainer main",
                            "PostStartContainer main",
                            "UpdateContainer main",
                            "PostUpdateContainer main",
                            "StopContainer main",
                            "RemoveContainer main",
                            "StopPodSandbox",
                            "RemovePodSandbox");
        }
    }

    @Test
    void whatAPluginInjectsIsInTheContainer() throws Exception {
        Path injected = Files.createDirectory(folder.resolve("injected"));
        Files.writeString(injected.resolve("file"), "from the plugin\n");
        String script = """
                "create": {"main": {"adjust": {
                  "annotations": {"injected": "yes"},
                  "env": [{"key": "INJECTED", "value": "value"}, {"key": "-REMOVED"}],
                  "mounts": [{"destination": "/injected", "type": "bind", "source": "%s", "options": ["bind", "ro"]},
                             {"destination": "-/taken"}],
                  "rlimits": [{"type": "RLIMIT_NOFILE", "soft": "77", "hard": "88"}],
                  "args": ["sh", "-c", "%s"],
                  "linux": {
                    "devices": [{"path": "/dev/injected", "type": "c", "major": "1", "minor": "5", "fileMode": {"value": 438}}],
                    "oomScoreAdj": {"value": "500"},
                    "sysctl": {"net.ipv4.ip_default_ttl": "33"},
                    "resources": {"cpu": {"shares": {"value": "345"}}, "pids": {"limit": "55"}}}}}}
                """.formatted(injected, FOREVER);
        try (GoPlugin _ = connect("10", "injects", script)) {
            String pod = node.runPod("inject");
            ContainerConfig.Builder config = CriNode.shell("main", "exit 9");
            config.addEnvsBuilder().setKey("REMOVED").setValue(ByteString.copyFromUtf8("x"));
            config.addMountsBuilder()
                    .setContainerPath("/taken")
                    .setHostPath(node.shared().toString());
            String container = node.create(pod, "inject", config);
            node.start(container);

            assertThat(output(
                            container,
                            "echo $INJECTED ${REMOVED-gone}; cat /injected/file; ulimit -n; "
                                    + "cat /proc/self/oom_score_adj /proc/sys/net/ipv4/ip_default_ttl"))
                    .isEqualTo("value gone\nfrom the plugin\n77\n500\n33\n");
            assertThat(node.exec(container, "head", "-c", "3", "/dev/injected").getStdout())
                    .isEqualTo(ByteString.copyFrom(new byte[3]));
            assertThat(output(container, "touch /injected/x 2>&1 || echo refused"))
                    .endsWith("refused\n");
            assertThat(output(container, "[ -e /taken ] || echo absent")).isEqualTo("absent\n");
            assertThat(node.info(container)).contains("\"injected\"");
            assertThat(node.status(container).getResources().getLinux().getCpuShares())
                    .isEqualTo(345);
            assertThat(Files.readString(Path.of("/proc", Long.toString(pid(container)), "limits")))
                    .containsPattern("Max open files +77 +88 ");
        }
    }

    @Test
    void aPluginChangesAnUpdateAndAsksForOthersByItself() throws Exception {
        String pod = node.runPod("update");
        String other = node.create(pod, "update", CriNode.shell("other", FOREVER));
        String script = """
                "update": {"main": {"update": [{"linux": {"resources": {"cpu": {"shares": {"value": "444"}}}}}]}},
                "ask": {"main": {"update": [
                  {"containerId": "%s", "linux": {"resources": {"cpu": {"shares": {"value": "555"}}}}},
                  {"containerId": "nobody", "linux": {"resources": {"cpu": {"shares": {"value": "555"}}}}},
                  {"containerId": "%s", "linux": {"resources": {"memory": {"swappiness": {"value": "5"}}}}}]}}
                """.formatted(other, other);
        try (GoPlugin plugin = connect("10", "updates", script)) {
            String container = node.create(pod, "update", CriNode.shell("main", FOREVER));
            node.start(container);
            CriNode.await("its own update", () -> plugin.heard("UpdateContainers"));
            JsonNode asked = plugin.find("UpdateContainers").orElseThrow();
            assertThat(asked.path("failed")).extracting(JsonNode::asText).containsExactly("nobody", other);
            assertThat(sharesOf(other)).isEqualTo(555);
            shares(container, 300);
            assertThat(sharesOf(container)).isEqualTo(444);
        }
    }

    @Test
    void aPluginThatJoinsLateIsShownWhatRuns() throws Exception {
        String pod = node.runPod("early");
        String running = node.create(pod, "early", CriNode.shell("running", FOREVER));
        node.start(running);
        node.create(pod, "early", CriNode.shell("created", FOREVER));
        String exited = node.create(pod, "early", CriNode.shell("exited", "true"));
        node.start(exited);
        node.awaitExit(exited);
        try (GoPlugin plugin = connect("10", "late", "")) {
            JsonNode shown = plugin.find("Synchronize").orElseThrow();
            assertThat(shown.path("pods")).extracting(JsonNode::asText).containsExactly("early");
            assertThat(shown.path("containers"))
                    .extracting(JsonNode::asText)
                    .containsExactlyInAnyOrder("running CONTAINER_RUNNING", "created CONTAINER_CREATED");
        }
    }

    /** Each container with its default seccomp policy takes thousands of bytes, all of them more than the stub's first read. */
    @Test
    void manyContainersAreShownAndLongRequestsArrive() throws Exception {
        String pod = node.runPod("many");
        for (int i = 0; i < 8; i++) {
            ContainerConfig.Builder config = CriNode.shell("c" + i, FOREVER);
            config.addEnvsBuilder().setKey("LONG").setValue(ByteString.copyFromUtf8("x".repeat(5000)));
            node.create(pod, "many", config);
        }
        try (GoPlugin plugin = connect("10", "sees-many", "")) {
            assertThat(plugin.find("Synchronize").orElseThrow().path("containers"))
                    .hasSize(8);
            ContainerConfig.Builder config = CriNode.shell("long", FOREVER);
            config.addEnvsBuilder().setKey("LONG").setValue(ByteString.copyFromUtf8("x".repeat(100_000)));
            node.create(pod, "many", config);
            assertThat(plugin.events("many")).contains("CreateContainer long", "PostCreateContainer long");
        }
    }

    @Test
    void twoPluginsThatContradictEachOtherAreBothNamedAndAValidatorRejects() throws Exception {
        String pod = node.runPod("conflict");
        String sets = "\"create\": {\"main\": {\"adjust\": {\"env\": [{\"key\": \"E\", \"value\": \"1\"}]}}}";
        try (GoPlugin _ = connect("10", "one", sets)) {
            try (GoPlugin _ = connect("20", "two", sets)) {
                assertThatThrownBy(() -> node.create(pod, "conflict", CriNode.shell("main", FOREVER)))
                        .hasMessageContaining("plugins 10-one and 20-two both set Env 'E'");
            }
            try (GoPlugin _ = connect("05", "strict", "\"reject\": {\"E\": \"E is ours\"}")) {
                assertThatThrownBy(() -> node.create(pod, "conflict", CriNode.shell("main", FOREVER)))
                        .hasMessageContaining("E is ours by 10-one");
            }
            assertThat(node.create(pod, "conflict", CriNode.shell("main", FOREVER)))
                    .isNotEmpty();
        }
    }

    @Test
    void aRefusalFailsTheRequestAndLeavesNothing() throws Exception {
        String script = "\"refuse\": {\"RunPodSandbox no-pod\": \"no pods\", \"StartContainer main\": \"not today\"}";
        try (GoPlugin _ = connect("10", "refuses", script)) {
            assertThatThrownBy(() -> node.runPod("no-pod"))
                    .hasMessageContaining("plugin 10-refuses refused RunPodSandbox: no pods");
            assertThat(node.pods()).isEmpty();
            String pod = node.runPod("refuse");
            String container = node.create(pod, "refuse", CriNode.shell("main", FOREVER));
            assertThatThrownBy(() -> node.start(container))
                    .hasMessageContaining("plugin 10-refuses refused StartContainer: not today");
        }
    }

    @Test
    void aPluginThatStopsAnsweringOrDiesIsGivenUp() throws Exception {
        try (GoPlugin hangs = connect("10", "hangs", "");
                GoPlugin dies = connect("20", "dies", "");
                GoPlugin stays = connect("30", "stays", "")) {
            dies.signal("KILL");
            CriNode.await("it to die", () -> !dies.alive());
            hangs.signal("STOP");
            String pod = node.runPod("lost");
            assertThat(stays.events("lost")).containsExactly("RunPodSandbox");
            hangs.signal("CONT");
            CriNode.await("the one that was given up to end", () -> !hangs.alive());
            node.create(pod, "lost", CriNode.shell("main", FOREVER));
            assertThat(hangs.events("lost")).doesNotContain("CreateContainer main");
            assertThat(stays.events("lost")).contains("CreateContainer main");
        }
    }

    @Test
    void aPluginEvictsAContainer() throws Exception {
        String pod = node.runPod("evict");
        String container = node.create(pod, "evict", CriNode.shell("main", FOREVER));
        node.start(container);
        try (PeerPlugin plugin = new PeerPlugin(node.pluginSocket(), "10", "evicts").join()) {
            plugin.update(UpdateContainersRequest.newBuilder()
                    .addEvict(ContainerEviction.newBuilder()
                            .setContainerId(container)
                            .setReason("the node is full"))
                    .build());
            assertThat(node.awaitExit(container).getState()).isEqualTo(ContainerState.CONTAINER_EXITED);
        }
        assertThat(node.daemonLog()).contains("evicted by a plugin: the node is full");
    }

    @Test
    void pluginsInTheFolderStartAndEndWithTheDaemon() throws Exception {
        Files.createDirectories(node.pluginFolder());
        Files.createDirectories(node.pluginConfigurationFolder());
        Path own = folder.resolve("own.journal");
        Path shared = folder.resolve("shared.journal");
        Files.copy(program, node.pluginFolder().resolve("20-twice"));
        Files.copy(program, node.pluginFolder().resolve("10-once"));
        Files.writeString(node.pluginFolder().resolve("30-not-executable"), "");
        Path broken = Files.writeString(node.pluginFolder().resolve("40-broken"), "#!/bin/false\n");
        Files.setPosixFilePermissions(broken, PosixFilePermissions.fromString("rwxr-xr-x"));
        String adjust = "\"create\": {\"main\": {\"adjust\": {\"env\": [{\"key\": \"%s\", \"value\": \"1\"}]}}}";
        Files.writeString(
                node.pluginConfigurationFolder().resolve("10-once.conf"),
                GoPlugin.script(own, adjust.formatted("ONCE")));
        Files.writeString(node.pluginConfigurationFolder().resolve("once.conf"), "not for it");
        Files.writeString(
                node.pluginConfigurationFolder().resolve("twice.conf"),
                GoPlugin.script(shared, adjust.formatted("TWICE")));
        try {
            node.end();
            node.restart();
            assertThat(events(own)).containsExactly("Configure", "Synchronize");
            assertThat(events(shared)).containsExactly("Configure", "Synchronize");
            String pod = node.runPod("folder");
            String container = node.create(pod, "folder", CriNode.shell("main", FOREVER));
            node.start(container);
            assertThat(output(container, "echo $ONCE $TWICE")).isEqualTo("1 1\n");
            assertThat(node.daemonLog()).contains("40-broken does not take part");
        } finally {
            node.end();
            assertThat(Leftovers.processes(node.pluginFolder().toString())).isEmpty();
            Files.move(node.pluginFolder(), folder.resolve("no-longer"));
            node.restart();
        }
        assertThat(events(own)).endsWith("Shutdown");
    }

    private static List<String> events(Path journal) {
        return GoPlugin.journal(journal).stream()
                .map(line -> line.path("event").asText())
                .toList();
    }

    private GoPlugin connect(String index, String name, String script) throws Exception {
        return GoPlugin.connect(program, node.pluginSocket(), folder, index, name, script);
    }

    private String output(String container, String script) {
        return node.exec(container, "sh", "-c", script).getStdout().toStringUtf8();
    }

    private long pid(String container) {
        return Long.parseLong(node.info(container).replaceAll("(?s).*\"pid\":\\s*(\\d+).*", "$1"));
    }

    private long sharesOf(String container) {
        return node.status(container).getResources().getLinux().getCpuShares();
    }

    private void shares(String container, long shares) {
        node.runtime()
                .updateContainerResources(UpdateContainerResourcesRequest.newBuilder()
                        .setContainerId(container)
                        .setLinux(LinuxContainerResources.newBuilder().setCpuShares(shares))
                        .build());
    }

    private void stop(String container) {
        node.runtime()
                .stopContainer(StopContainerRequest.newBuilder()
                        .setContainerId(container)
                        .build());
    }
}
