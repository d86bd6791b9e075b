package io.windlass.cri;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.cri.v1.CheckpointContainerRequest;
import io.windlass.cri.v1.CheckpointPodRequest;
import io.windlass.cri.v1.ContainerConfig;
import io.windlass.cri.v1.ContainerState;
import io.windlass.cri.v1.Mount;
import io.windlass.cri.v1.RemovePodSandboxRequest;
import io.windlass.cri.v1.RestorePodRequest;
import io.windlass.cri.v1.RestorePodResponse;
import io.windlass.cri.v1.RestoredContainer;
import io.windlass.testkit.RequiresRoot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Containers that are saved and go on, by the real CRIU, on a kernel that the packaged one knows. */
@RequiresRoot
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init")
class CheckpointGuestIT {
    /** Counts in its memory, into its output and a file of its own. */
    private static final String COUNTER =
            "i=0; while true; do i=$((i+1)); echo $i; echo $i > /tmp/count; sleep 0.1; done";

    private static final List<String> MASKED =
            List.of("/proc/kcore", "/proc/keys", "/proc/timer_list", "/sys/firmware");
    private static final List<String> READONLY = List.of("/proc/bus", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger");

    @TempDir
    private static Path folder;

    private CriNode node;

    @BeforeAll
    void start() throws Exception {
        node = new CriNode(folder);
        node.pull();
    }

    @AfterEach
    void nothingIsLeft() throws IOException {
        node.removePods();
        assertThat(node.root().resolve("checkpoints/saving"))
                .satisfiesAnyOf(
                        saving -> assertThat(saving).doesNotExist(),
                        saving -> assertThat(saving).isEmptyDirectory());
        assertThat(node.root().resolve("checkpoints/restoring"))
                .satisfiesAnyOf(
                        restoring -> assertThat(restoring).doesNotExist(),
                        restoring -> assertThat(restoring).isEmptyDirectory());
    }

    @AfterAll
    void end() {
        node.close();
    }

    private static ContainerConfig.Builder counter(String name) {
        ContainerConfig.Builder config = CriNode.shell(name, COUNTER);
        config.getLinuxBuilder()
                .getSecurityContextBuilder()
                .addAllMaskedPaths(MASKED)
                .addAllReadonlyPaths(READONLY);
        return config;
    }

    private String run(String pod, String podName, ContainerConfig.Builder config) {
        String id = node.create(pod, podName, config);
        node.start(id);
        return id;
    }

    private long count(String container) {
        String text = node.exec(container, "cat", "/tmp/count")
                .getStdout()
                .toStringUtf8()
                .strip();
        return text.isEmpty() ? 0 : Long.parseLong(text);
    }

    private void awaitCount(String container, long atLeast) throws Exception {
        CriNode.await(container + " to count to " + atLeast, () -> count(container) >= atLeast);
    }

    private Path checkpoint(String container, String name) {
        Path archive = folder.resolve(name + ".tar");
        node.runtime()
                .checkpointContainer(CheckpointContainerRequest.newBuilder()
                        .setContainerId(container)
                        .setLocation(archive.toString())
                        .setTimeout(120)
                        .build());
        return archive;
    }

    /** The numbers in a log, in order. */
    private List<Long> logged(String pod, String container) throws IOException {
        return Files.readAllLines(node.log(pod, container)).stream()
                .map(line -> line.substring(line.lastIndexOf(' ') + 1))
                .map(Long::valueOf)
                .toList();
    }

    @Test
    void aContainerGoesOnWhenItWasSavedAndAgainWhenItIsRestored() throws Exception {
        String pod = node.runPod("save");
        Path volume = Files.createDirectories(folder.resolve("volume"));
        ContainerConfig.Builder config = counter("main")
                .addMounts(Mount.newBuilder().setHostPath(volume.toString()).setContainerPath("/data"));
        String first = run(pod, "save", config);
        awaitCount(first, 5);

        Path archive = checkpoint(first, "first");

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(archive)))
                .isEqualTo("rw-------");
        try (Stream<Path> beside = Files.list(folder)) {
            assertThat(beside.map(path -> path.getFileName().toString()))
                    .noneMatch(name -> name.startsWith(".windlass"));
        }
        long saved = count(first);
        awaitCount(first, saved + 3);
        node.runtime()
                .removePodSandbox(RemovePodSandboxRequest.newBuilder()
                        .setPodSandboxId(pod)
                        .build());
        Files.delete(node.log("save", "main"));

        String again = node.runPod("save");
        config.getImageBuilder().setImage(archive.toString());
        String restored = node.create(again, "save", config);
        assertThat(node.status(restored).getState()).isEqualTo(ContainerState.CONTAINER_CREATED);
        node.start(restored);

        assertThat(node.status(restored).getState()).isEqualTo(ContainerState.CONTAINER_RUNNING);
        awaitCount(restored, saved + 5);
        List<Long> numbers = logged("save", "main");
        assertThat(numbers)
                .as("no number is missing, none said twice")
                .isSorted()
                .doesNotHaveDuplicates();
        assertThat(numbers.getFirst()).isEqualTo(1);
        assertThat(numbers.getLast()).isEqualTo((long) numbers.size());
        assertThat(node.exec(restored, "cat", "/proc/1/cmdline").getStdout().toStringUtf8())
                .contains("while true");
        assertThat(node.exec(restored, "sh", "-c", "echo > /proc/sys/kernel/domainname")
                        .getExitCode())
                .as("what was read-only is read-only")
                .isNotZero();
        assertThat(node.exec(restored, "sh", "-c", "echo x > /data/y; cat /proc/kcore")
                        .getStdout()
                        .isEmpty())
                .isTrue();
        assertThat(volume.resolve("y")).hasContent("x");
    }

    @Test
    void aRestoredContainerIsStoppedAndItsEndIsKnown() throws Exception {
        String pod = node.runPod("stop");
        String first = run(pod, "stop", counter("first"));
        awaitCount(first, 2);
        Path archive = checkpoint(first, "stop");
        ContainerConfig.Builder config = counter("second");
        config.getImageBuilder().setImage(archive.toString());
        String restored = run(pod, "stop", config);
        awaitCount(restored, 4);
        node.crash();
        node.restart();
        assertThat(node.status(restored).getState()).isEqualTo(ContainerState.CONTAINER_RUNNING);
        long pid = Long.parseLong(node.info(restored).replaceAll("(?s).*\"pid\": ?(\\d+).*", "$1"));
        ProcessHandle.of(pid).orElseThrow().destroyForcibly();
        assertThat(node.awaitExit(restored).getExitCode()).isEqualTo(137);
    }

    @Test
    void aCheckpointThatCannotBeMadeLeavesTheContainerRunning() throws Exception {
        String pod = node.runPod("fail");
        String id = run(pod, "fail", counter("main"));
        awaitCount(id, 2);
        assertThatThrownBy(() -> node.runtime()
                        .checkpointContainer(CheckpointContainerRequest.newBuilder()
                                .setContainerId(id)
                                .setLocation(folder.resolve("nowhere/x.tar").toString())
                                .build()))
                .hasMessageContaining("the folder of location");
        awaitCount(id, count(id) + 2);
    }

    @Test
    void aPodIsSavedAtOneMomentAndItsContainersGoOnInAnother() throws Exception {
        String pod = node.runPod("whole");
        String first = run(pod, "whole", counter("first"));
        String second = run(pod, "whole", counter("second"));
        awaitCount(first, 3);
        awaitCount(second, 3);
        node.exec(first, "sh", "-c", "echo shared > /dev/shm/word");
        Path output = Files.createDirectory(folder.resolve("whole"));

        node.runtime()
                .checkpointPod(CheckpointPodRequest.newBuilder()
                        .setPodSandboxId(pod)
                        .setOutputPath(output.toString())
                        .addAllContainerIds(List.of(first, second))
                        .build());

        try (Stream<Path> files = Files.list(output)) {
            assertThat(files)
                    .hasSize(4)
                    .allSatisfy(file -> assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                            .isEqualTo("rw-------"));
        }
        long savedFirst = count(first);
        awaitCount(first, savedFirst + 2);
        awaitCount(second, count(second) + 2);
        node.runtime()
                .removePodSandbox(RemovePodSandboxRequest.newBuilder()
                        .setPodSandboxId(pod)
                        .build());
        Files.delete(node.log("whole", "first"));
        Files.delete(node.log("whole", "second"));

        RestorePodResponse restored = node.runtime()
                .restorePod(RestorePodRequest.newBuilder()
                        .setCheckpointPath(output.toString())
                        .setConfig(node.podConfig("whole"))
                        .addContainerConfigs(counter("second"))
                        .addContainerConfigs(counter("first"))
                        .build());

        Map<String, String> ids = restored.getRestoredContainersList().stream()
                .collect(Collectors.toMap(RestoredContainer::getName, RestoredContainer::getContainerId));
        assertThat(ids).containsOnlyKeys("first", "second");
        ids.values().forEach(id -> assertThat(node.status(id).getState()).isEqualTo(ContainerState.CONTAINER_CREATED));
        ids.values().forEach(node::start);
        for (Map.Entry<String, String> entry : ids.entrySet()) {
            awaitCount(entry.getValue(), savedFirst + 2);
            assertThat(logged("whole", entry.getKey())).isSorted().doesNotHaveDuplicates();
        }
        assertThat(node.exec(ids.values().iterator().next(), "cat", "/dev/shm/word")
                        .getStdout()
                        .toStringUtf8())
                .isEqualTo("shared\n");
    }

    @Test
    void aDaemonThatIsKilledWhileItSavesLeavesNobodyFrozen() throws Exception {
        String pod = node.runPod("killed");
        // Enough memory for the saving to take a while.
        ContainerConfig.Builder config =
                CriNode.shell("main", "x=$(head -c 30000000 /dev/zero | tr '\\\\0' x); " + COUNTER);
        String id = run(pod, "killed", config);
        awaitCount(id, 2);
        Path archive = folder.resolve("killed.tar");
        Thread caller = Thread.ofVirtual().start(() -> {
            try {
                checkpoint(id, "killed");
            } catch (io.grpc.StatusRuntimeException e) {
                // The daemon's end is what this is about.
                return;
            }
        });
        CriNode.await("the checkpoint to begin", () -> Files.exists(folder.resolve(".windlass-" + id + "/" + id)));
        node.crash();
        caller.join();
        CriNode.await("the shim to let the container go on", () -> {
            List<Long> before = logged("killed", "main");
            Thread.sleep(300);
            return logged("killed", "main").size() > before.size();
        });
        node.restart();
        awaitCount(id, count(id) + 2);
        assertThat(folder.resolve(".windlass-" + id)).doesNotExist();
        assertThat(archive).doesNotExist();
    }
}
