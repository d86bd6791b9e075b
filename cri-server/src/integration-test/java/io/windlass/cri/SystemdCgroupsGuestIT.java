package io.windlass.cri;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.cri.v1.CgroupDriver;
import io.windlass.cri.v1.ContainerConfig;
import io.windlass.cri.v1.ContainerState;
import io.windlass.cri.v1.ContainerStats;
import io.windlass.cri.v1.ContainerStatsRequest;
import io.windlass.cri.v1.CreateContainerRequest;
import io.windlass.cri.v1.LinuxContainerResources;
import io.windlass.cri.v1.PodSandboxConfig;
import io.windlass.cri.v1.RemoveContainerRequest;
import io.windlass.cri.v1.RunPodSandboxRequest;
import io.windlass.cri.v1.RuntimeConfigRequest;
import io.windlass.cri.v1.StopContainerRequest;
import io.windlass.testkit.RequiresRoot;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Pods in slices and containers in scopes of the machine's systemd, over the CRI socket of the built daemon. */
@RequiresRoot
class SystemdCgroupsGuestIT extends GuestNode {
    private static final String SLICE = "windlassit-podone.slice";
    private static final String OWN = "windlass_*";

    SystemdCgroupsGuestIT() {
        super("[cgroup]\ndriver = \"systemd\"");
    }

    @BeforeAll
    void lookForSystemd() {
        assertThat(Path.of("/run/systemd/system")).isDirectory();
    }

    /** Whatever a test did: no unit of ours is left, failed or not, and nothing in the hierarchy. */
    @AfterEach
    void removePodsAndLookForUnits() throws Exception {
        node.removePods();
        systemctl("stop", "windlassit.slice");
        assertThat(units("cri-windlass-*", OWN, "windlassit*")).isEmpty();
        assertThat(command("find", HIERARCHY.toString(), "-name", "cri-windlass-*"))
                .isEmpty();
        assertThat(command("find", HIERARCHY.toString(), "-name", OWN)).isEmpty();
    }

    @Test
    void kubeletIsToldTheDriver() {
        assertThat(node.runtime()
                        .runtimeConfig(RuntimeConfigRequest.getDefaultInstance())
                        .getLinux()
                        .getCgroupDriver())
                .isEqualTo(CgroupDriver.SYSTEMD);
    }

    @Test
    void limitsAreTheKernelsAndSystemdsAndSurviveItsReload() throws Exception {
        LinuxContainerResources.Builder resources = LinuxContainerResources.newBuilder()
                .setMemoryLimitInBytes(64 * MIB)
                .setMemorySwapLimitInBytes(96 * MIB)
                .setCpuQuota(50_000)
                .setCpuPeriod(200_000)
                .setCpuShares(1024)
                .setCpusetCpus("0")
                .setCpusetMems("0")
                .putUnified("memory.high", Long.toString(48 * MIB))
                .putUnified("pids.max", "77");
        resources.addHugepageLimitsBuilder().setPageSize("2MB").setLimit(4 * MIB);
        ContainerConfig.Builder config = shell("limits", FOREVER, resources);
        config.getLinuxBuilder()
                .getSecurityContextBuilder()
                .getCapabilitiesBuilder()
                .addAddCapabilities("MKNOD");
        String container = started(pod("limits", SLICE), config);
        Path group = group(container);
        Map<String, String> limits = limits(group);

        assertThat(limits)
                .containsEntry("memory.max", Long.toString(64 * MIB))
                .containsEntry("memory.swap.max", Long.toString(32 * MIB))
                .containsEntry("memory.high", Long.toString(48 * MIB))
                .containsEntry("cpu.max", "50000 200000")
                .containsEntry("cpu.weight", "39")
                .containsEntry("cpuset.cpus", "0")
                .containsEntry("cpuset.mems", "0")
                .containsEntry("pids.max", "77")
                .containsEntry("hugetlb.2MB.max", Long.toString(4 * MIB));
        assertThat(properties(container))
                .containsEntry("ActiveState", "active")
                .containsEntry("Slice", SLICE)
                .containsEntry("Delegate", "yes")
                .containsEntry("DevicePolicy", "auto")
                .containsEntry("MemoryMax", Long.toString(64 * MIB))
                .containsEntry("MemorySwapMax", Long.toString(32 * MIB))
                .containsEntry("MemoryHigh", Long.toString(48 * MIB))
                .containsEntry("CPUWeight", "39")
                .containsEntry("CPUQuotaPerSecUSec", "250ms")
                .containsEntry("CPUQuotaPeriodUSec", "200ms")
                .containsEntry("AllowedCPUs", "0")
                .containsEntry("AllowedMemoryNodes", "0")
                .containsEntry("TasksMax", "77");
        reloadSystemd();
        assertThat(limits(group)).isEqualTo(limits);
        assertDevicesAreDenied(container);
    }

    @Test
    void withoutLimitsThereAreNone() throws Exception {
        String container = started(pod("free", SLICE), shell("free", FOREVER, LinuxContainerResources.newBuilder()));

        reloadSystemd();
        assertThat(limits(group(container)))
                .containsEntry("memory.max", "max")
                .containsEntry("pids.max", "max")
                .containsEntry("cpu.max", "max 100000");
    }

    @Test
    void updatesReachKernelAndSystemdOrNeither() throws Exception {
        String container = started(
                pod("update", SLICE),
                shell("update", FOREVER, LinuxContainerResources.newBuilder().setMemoryLimitInBytes(64 * MIB)));
        Path group = group(container);
        update(
                container,
                LinuxContainerResources.newBuilder()
                        .setMemoryLimitInBytes(128 * MIB)
                        .setCpuQuota(30_000)
                        .setCpuPeriod(100_000)
                        .putUnified("pids.max", "99"));
        Map<String, String> updated = limits(group);
        assertThat(updated)
                .containsEntry("memory.max", Long.toString(128 * MIB))
                .containsEntry("cpu.max", "30000 100000")
                .containsEntry("pids.max", "99");
        assertThat(properties(container))
                .containsEntry("MemoryMax", Long.toString(128 * MIB))
                .containsEntry("CPUQuotaPerSecUSec", "300ms")
                .containsEntry("TasksMax", "99");

        assertThatThrownBy(() -> update(
                        container,
                        LinuxContainerResources.newBuilder()
                                .setMemoryLimitInBytes(32 * MIB)
                                .setCpusetCpus("4000")))
                .hasMessageContaining("cpuset.cpus");
        reloadSystemd();
        assertThat(limits(group)).isEqualTo(updated);
    }

    @Test
    void aLimitThatTheKernelRefusesLeavesNoUnit() throws Exception {
        String pod = pod("refused", SLICE);

        assertThatThrownBy(() -> started(
                        pod,
                        shell(
                                "refused",
                                FOREVER,
                                LinuxContainerResources.newBuilder().setCpusetCpus("4000"))))
                .hasMessageContaining("cpuset.cpus");
        assertThat(units("cri-windlass-*")).isEmpty();
    }

    /** systemd takes the group and its counters away at once: beside a container that lives, and after one that was killed so. */
    @Test
    void whatTakesTooMuchMemoryIsToldFromWhatIsKilled() throws Exception {
        String pod = pod("oom", SLICE);
        LinuxContainerResources.Builder small = LinuxContainerResources.newBuilder()
                .setMemoryLimitInBytes(16 * MIB)
                .setMemorySwapLimitInBytes(16 * MIB);
        String greedy = "head -c 100000000 /dev/zero | cat | sort";
        String bystander = started(pod, shell("bystander", FOREVER, LinuxContainerResources.newBuilder()));
        for (int i = 0; i < 5; i++) {
            assertThat(node.awaitExit(started(pod, shell("greedy" + i, greedy, small)))
                            .getReason())
                    .isEqualTo("OOMKilled");
        }
        node.runtime()
                .stopContainer(StopContainerRequest.newBuilder()
                        .setContainerId(bystander)
                        .build());
        assertThat(node.status(bystander).getExitCode()).isEqualTo(137);
        assertThat(node.status(bystander).getReason()).isEqualTo("Error");
    }

    @Test
    void commandsRunInTheScopeAndStatsAreThoseOfIt() throws Exception {
        String container = started(pod("exec", SLICE), shell("exec", FOREVER, LinuxContainerResources.newBuilder()));
        String inside =
                node.exec(container, "cat", "/proc/self/cgroup").getStdout().toStringUtf8();
        assertThat(inside).startsWith("0::/");
        String seen = Files.readString(Path.of("/proc", firstProcess(container), "cgroup"));
        assertThat(seen.strip()).isEqualTo("0::/windlassit.slice/" + SLICE + "/cri-windlass-" + container + ".scope");
        ContainerStats stats = node.runtime()
                .containerStats(ContainerStatsRequest.newBuilder()
                        .setContainerId(container)
                        .build())
                .getStats();
        assertThat(stats.getMemory().getUsageBytes().getValue()).isPositive();
        assertThat(stats.getCpu().getUsageCoreNanoSeconds().getValue()).isPositive();
    }

    @Test
    void aContainerOutlivesTheDaemonAndItsUnitGoesOn() throws Exception {
        String pod = pod("crash", SLICE);
        String container = started(
                pod,
                shell("crash", FOREVER, LinuxContainerResources.newBuilder().setMemoryLimitInBytes(64 * MIB)));
        node.crash();
        reloadSystemd();
        node.restart();

        assertThat(node.status(container).getState()).isEqualTo(ContainerState.CONTAINER_RUNNING);
        assertThat(limits(group(container))).containsEntry("memory.max", Long.toString(64 * MIB));
        update(container, LinuxContainerResources.newBuilder().setMemoryLimitInBytes(128 * MIB));
        assertThat(properties(container)).containsEntry("MemoryMax", Long.toString(128 * MIB));
        String second = started(pod, shell("second", FOREVER, LinuxContainerResources.newBuilder()));
        assertThat(properties(second)).containsEntry("ActiveState", "active");
    }

    @Test
    void theUnitOfAStoppedContainerIsGone() throws Exception {
        String pod = pod("stop", SLICE);
        String container = started(pod, shell("stop", FOREVER, LinuxContainerResources.newBuilder()));
        node.runtime()
                .stopContainer(StopContainerRequest.newBuilder()
                        .setContainerId(container)
                        .build());
        CriNode.await("the unit's end", () -> units("cri-windlass-*").isEmpty());
        node.runtime()
                .removeContainer(RemoveContainerRequest.newBuilder()
                        .setContainerId(container)
                        .build());
        assertThat(units("cri-windlass-*")).isEmpty();
    }

    @Test
    void aScopeThatIsStoppedBySystemdIsAnEndedContainer() throws Exception {
        String container =
                started(pod("admin", SLICE), shell("admin", "exec " + FOREVER, LinuxContainerResources.newBuilder()));
        systemctl("kill", "--signal=KILL", unit(container));

        assertThat(node.awaitExit(container).getExitCode()).isEqualTo(137);
    }

    @Test
    void aPodWithoutAParentHasASliceOfItsOwn() throws Exception {
        String pod = pod("own", "");
        String container = started(pod, shell("own", FOREVER, LinuxContainerResources.newBuilder()));

        assertThat(properties(container).get("Slice")).matches("windlass_[0-9a-f]{16}-pod" + pod + "\\.slice");
    }

    @Test
    void systemdMayReplaceItself() throws Exception {
        String pod = pod("reexec", SLICE);
        started(pod, shell("before", FOREVER, LinuxContainerResources.newBuilder()));
        systemctl("daemon-reexec");
        String after = started(pod, shell("after", FOREVER, LinuxContainerResources.newBuilder()));

        assertThat(properties(after)).containsEntry("ActiveState", "active");
    }

    @Test
    void aParentThatIsNoSliceIsRefused() {
        assertThatThrownBy(() -> pod("plain", "/kubepods/burstable"))
                .hasMessageContaining("linux.cgroup_parent: '/kubepods/burstable' is not a slice, as the systemd "
                        + "driver needs; set [cgroup] driver = \"cgroupfs\"");
    }

    @Test
    void aParentMayBeTheWholePathToItsSlice() throws Exception {
        String container = started(
                pod("path", "/windlassit.slice/" + SLICE),
                shell("path", FOREVER, LinuxContainerResources.newBuilder()));

        assertThat(properties(container)).containsEntry("Slice", SLICE);
    }

    private PodSandboxConfig podConfig(String name, String parent) {
        PodSandboxConfig.Builder config = node.podConfig(name).toBuilder();
        config.getLinuxBuilder().setCgroupParent(parent);
        return config.build();
    }

    private String pod(String name, String parent) {
        return node.runtime()
                .runPodSandbox(RunPodSandboxRequest.newBuilder()
                        .setConfig(podConfig(name, parent))
                        .build())
                .getPodSandboxId();
    }

    private String started(String pod, ContainerConfig.Builder config) {
        PodSandboxConfig.Builder of = PodSandboxConfig.newBuilder();
        of.setMetadata(node.pods().stream()
                .filter(listed -> listed.getId().equals(pod))
                .findFirst()
                .orElseThrow()
                .getMetadata());
        String container = node.runtime()
                .createContainer(CreateContainerRequest.newBuilder()
                        .setPodSandboxId(pod)
                        .setConfig(config)
                        .setSandboxConfig(of)
                        .build())
                .getContainerId();
        node.start(container);
        return container;
    }

    private void assertDevicesAreDenied(String container) throws Exception {
        String disk = Files.readString(Path.of("/sys/block/vda/dev")).strip().replace(':', ' ');
        String tried = node.exec(
                        container, "sh", "-c", "/bin/busybox mknod /tmp/disk b " + disk + " && head -c 1 /tmp/disk")
                .getStderr()
                .toStringUtf8();
        assertThat(tried).contains("Operation not permitted");
    }

    private static String unit(String container) {
        return "cri-windlass-" + container + ".scope";
    }

    private static Path group(String container) {
        return HIERARCHY.resolve("windlassit.slice").resolve(SLICE).resolve(unit(container));
    }

    private static String firstProcess(String container) throws Exception {
        return Files.readAllLines(group(container).resolve("cgroup.procs")).getFirst();
    }

    private static Map<String, String> limits(Path group) throws Exception {
        Map<String, String> limits = new TreeMap<>();
        for (String file : List.of(
                "memory.max",
                "memory.swap.max",
                "memory.high",
                "cpu.max",
                "cpu.weight",
                "cpuset.cpus",
                "cpuset.mems",
                "pids.max",
                "hugetlb.2MB.max")) {
            limits.put(file, Files.readString(group.resolve(file)).strip());
        }
        return limits;
    }

    private static Map<String, String> properties(String container) throws Exception {
        Map<String, String> properties = new TreeMap<>();
        command("systemctl", "show", unit(container)).lines().forEach(line -> {
            String[] halves = line.split("=", 2);
            properties.put(halves[0], halves.length == 2 ? halves[1] : "");
        });
        return properties;
    }

    private static List<String> units(String... patterns) throws Exception {
        List<String> list = new ArrayList<>(List.of("systemctl", "list-units", "--all", "--plain", "--no-legend"));
        list.addAll(List.of(patterns));
        return command(list.toArray(String[]::new)).lines().toList();
    }

    private static void reloadSystemd() throws Exception {
        systemctl("daemon-reload");
    }

    private static void systemctl(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("systemctl"));
        command.addAll(List.of(arguments));
        command(command.toArray(String[]::new));
    }

    private static String command(String... command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor())
                .as(String.join(" ", command) + ": " + output)
                .isZero();
        return output;
    }
}
