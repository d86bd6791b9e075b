package io.windlass.cri;

import static org.assertj.core.api.Assertions.assertThat;

import io.windlass.cri.v1.ContainerConfig;
import io.windlass.cri.v1.LinuxContainerResources;
import io.windlass.cri.v1.UpdateContainerResourcesRequest;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** A daemon that the tests of one class share, in the guest, and what they all do with it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init")
abstract class GuestNode {
    static final long MIB = 1 << 20;
    static final String FOREVER = "sleep 100000";
    static final Path HIERARCHY = Path.of("/sys/fs/cgroup");

    @TempDir
    private static Path folder;

    CriNode node;

    private final String settings;

    GuestNode() {
        this("");
    }

    /** @param settings lines of the daemon's configuration */
    GuestNode(String settings) {
        this.settings = settings;
    }

    @BeforeAll
    void startNode() throws Exception {
        node = new CriNode(folder, settings);
        node.pull();
    }

    @AfterAll
    void endNode() throws Exception {
        try (CriNode ended = node) {
            ended.removePods();
            assertThat(ended.end()).isIn(0, 143);
        }
    }

    /** Starts a container in a pod of that name. */
    final String started(String pod, String podName, ContainerConfig.Builder config) {
        String container = node.create(pod, podName, config);
        node.start(container);
        return container;
    }

    /** What a shell script writes in a container. */
    final String output(String container, String script) {
        return node.exec(container, "sh", "-c", script).getStdout().toStringUtf8();
    }

    final void update(String container, LinuxContainerResources.Builder resources) {
        node.runtime()
                .updateContainerResources(UpdateContainerResourcesRequest.newBuilder()
                        .setContainerId(container)
                        .setLinux(resources)
                        .build());
    }

    static ContainerConfig.Builder shell(String name, String script, LinuxContainerResources.Builder resources) {
        ContainerConfig.Builder config = CriNode.shell(name, script);
        config.getLinuxBuilder().setResources(resources);
        return config;
    }
}
