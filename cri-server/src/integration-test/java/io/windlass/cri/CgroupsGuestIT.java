package io.windlass.cri;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.cri.v1.ContainerConfig;
import io.windlass.cri.v1.ContainerStatus;
import io.windlass.cri.v1.ExecSyncResponse;
import io.windlass.cri.v1.LinuxContainerResources;
import io.windlass.cri.v1.NamespaceMode;
import io.windlass.cri.v1.StopContainerRequest;
import io.windlass.testkit.RequiresRoot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What a container's resources are on a node that has cgroup version 2 alone, over the CRI socket of the built daemon. */
@RequiresRoot
@SuppressWarnings("NullAway.Init")
class CgroupsGuestIT extends GuestNode {
    private static final Pattern PID = Pattern.compile("\"pid\":(\\d+)");

    private String pod;

    @BeforeAll
    void runPod() throws Exception {
        assertThat(Files.readString(HIERARCHY.resolve("cgroup.controllers")))
                .contains("cpuset", "cpu", "io", "memory", "hugetlb", "pids");
        pod = node.runPod("cgroups");
    }

    @AfterEach
    void removeContainers() {
        node.removeContainers();
    }

    @Test
    void everyLimitReachesItsFile() throws Exception {
        String disk = Files.readString(Path.of("/sys/block/vda/dev")).strip();
        LinuxContainerResources.Builder resources = LinuxContainerResources.newBuilder()
                .setMemoryLimitInBytes(64 * MIB)
                .setMemorySwapLimitInBytes(96 * MIB)
                .setCpuQuota(50_000)
                .setCpuPeriod(200_000)
                .setCpuShares(1024)
                .setCpusetCpus("0")
                .setCpusetMems("0")
                .putUnified("memory.high", Long.toString(48 * MIB))
                .putUnified("pids.max", "77")
                .putUnified("io.max", disk + " rbps=1048576");
        resources.addHugepageLimitsBuilder().setPageSize("2MB").setLimit(4 * MIB);
        Path group = groupOf(started(shell("limits", FOREVER, resources)));

        assertThat(group.resolve("memory.max")).hasContent(Long.toString(64 * MIB));
        assertThat(group.resolve("memory.swap.max")).hasContent(Long.toString(32 * MIB));
        assertThat(group.resolve("memory.high")).hasContent(Long.toString(48 * MIB));
        assertThat(group.resolve("cpu.max")).hasContent("50000 200000");
        assertThat(Long.parseLong(read(group, "cpu.weight"))).isBetween(39L, 100L);
        assertThat(group.resolve("cpuset.cpus")).hasContent("0");
        assertThat(group.resolve("cpuset.mems")).hasContent("0");
        assertThat(group.resolve("pids.max")).hasContent("77");
        assertThat(group.resolve("hugetlb.2MB.max")).hasContent(Long.toString(4 * MIB));
        assertThat(read(group, "io.max")).startsWith(disk + " rbps=1048576 ");
    }

    @Test
    void limitsChangeWhileTheContainerRunsAllTogetherOrNotAtAll() throws Exception {
        String container = started(
                shell("update", FOREVER, LinuxContainerResources.newBuilder().setMemoryLimitInBytes(64 * MIB)));
        Path group = groupOf(container);
        update(
                container,
                LinuxContainerResources.newBuilder()
                        .setMemoryLimitInBytes(128 * MIB)
                        .setCpuQuota(30_000)
                        .setCpuPeriod(100_000)
                        .putUnified("pids.max", "99"));
        assertThat(group.resolve("memory.max")).hasContent(Long.toString(128 * MIB));
        assertThat(group.resolve("cpu.max")).hasContent("30000 100000");
        assertThat(group.resolve("pids.max")).hasContent("99");

        assertThatThrownBy(() -> update(
                        container,
                        LinuxContainerResources.newBuilder()
                                .setMemoryLimitInBytes(32 * MIB)
                                .putUnified("memory.high", "nonsense")))
                .hasMessageContaining("memory.high");
        assertThat(group.resolve("memory.max")).hasContent(Long.toString(128 * MIB));
        assertThat(group.resolve("memory.high")).hasContent("max");
    }

    @Test
    void aFileThatTheKernelDoesNotHaveIsRefusedByItsName() {
        LinuxContainerResources.Builder unknown =
                LinuxContainerResources.newBuilder().putUnified("memory.nonsense", "1");
        assertThatThrownBy(() -> started(shell("unknown", FOREVER, unknown))).hasMessageContaining("memory.nonsense");
    }

    @Test
    void whatTakesTooMuchMemoryIsKilledAndTheStatusSaysSo() throws Exception {
        String container = started(shell(
                "oom",
                "head -c 100000000 /dev/zero | cat | sort",
                LinuxContainerResources.newBuilder()
                        .setMemoryLimitInBytes(16 * MIB)
                        .setMemorySwapLimitInBytes(16 * MIB)));
        ContainerStatus status = node.awaitExit(container);
        assertThat(status.getReason()).isEqualTo("OOMKilled");
        assertThat(status.getExitCode()).isEqualTo(137);
    }

    @Test
    void processesBeyondTheLimitCannotBeMade() throws Exception {
        String container = started(
                shell("pids", FOREVER, LinuxContainerResources.newBuilder().putUnified("pids.max", "4")));
        Path group = groupOf(container);
        ExecSyncResponse forks = node.exec(container, "sh", "-c", "for i in 1 2 3 4 5 6; do sleep 1 & done; wait");
        assertThat(forks.getStderr().toStringUtf8()).contains("can't fork");
        assertThat(read(group, "pids.events")).doesNotStartWith("max 0");
    }

    @Test
    void devicesThatItWasNotGivenAreDeniedByTheKernel() throws Exception {
        String disk = Files.readString(Path.of("/sys/block/vda/dev")).strip().replace(':', ' ');
        ContainerConfig.Builder config = shell("devices", FOREVER, LinuxContainerResources.newBuilder());
        config.getLinuxBuilder()
                .getSecurityContextBuilder()
                .getCapabilitiesBuilder()
                .addAddCapabilities("MKNOD");
        String container = started(config);
        ExecSyncResponse denied =
                node.exec(container, "sh", "-c", "/bin/busybox mknod /tmp/disk b " + disk + " && head -c 1 /tmp/disk");
        assertThat(denied.getExitCode()).isNotZero();
        assertThat(denied.getStderr().toStringUtf8()).contains("Operation not permitted");
        ExecSyncResponse allowed = node.exec(
                container, "sh", "-c", "/bin/busybox mknod /tmp/zero c 1 5 && head -c 1 /tmp/zero > /dev/null");
        assertThat(allowed.getStderr().toStringUtf8()).isEmpty();
        assertThat(allowed.getExitCode()).isZero();
    }

    @Test
    void nothingOfAContainerInTheNodesPidNamespaceOutlivesIt() throws Exception {
        ContainerConfig.Builder config = shell(
                "escape",
                "setsid sh -c 'setsid sleep 100001 & sleep 100002 & wait' & " + FOREVER,
                LinuxContainerResources.newBuilder());
        config.getLinuxBuilder()
                .getSecurityContextBuilder()
                .getNamespaceOptionsBuilder()
                .setPid(NamespaceMode.NODE);
        String container = started(config);
        Path group = groupOf(container);
        CriNode.await("its processes", () -> processes(group).size() >= 4);
        List<Long> processes = processes(group);
        node.runtime()
                .stopContainer(StopContainerRequest.newBuilder()
                        .setContainerId(container)
                        .build());
        CriNode.await(
                "the end of all its processes",
                () -> processes.stream().noneMatch(pid -> Files.exists(Path.of("/proc", Long.toString(pid)))));
    }

    private String started(ContainerConfig.Builder config) {
        return started(pod, "cgroups", config);
    }

    /** The folder of the group that the container's first process is in. */
    private Path groupOf(String container) throws IOException {
        Matcher pid = PID.matcher(node.info(container));
        assertThat(pid.find()).isTrue();
        String line = Files.readString(Path.of("/proc", pid.group(1), "cgroup")).strip();
        assertThat(line).startsWith("0::/").contains(container);
        return HIERARCHY.resolve(line.substring("0::/".length()));
    }

    private static List<Long> processes(Path group) throws IOException {
        return Files.readAllLines(group.resolve("cgroup.procs")).stream()
                .map(Long::valueOf)
                .toList();
    }

    private static String read(Path group, String file) throws IOException {
        return Files.readString(group.resolve(file)).strip();
    }
}
