package io.windlass.cri;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.cri.v1.AttachRequest;
import io.windlass.cri.v1.ContainerConfig;
import io.windlass.cri.v1.ContainerStatus;
import io.windlass.cri.v1.CreateContainerRequest;
import io.windlass.cri.v1.ExecRequest;
import io.windlass.cri.v1.PodSandboxConfig;
import io.windlass.cri.v1.PodSandboxStatus;
import io.windlass.cri.v1.PodSandboxStatusRequest;
import io.windlass.cri.v1.PortForwardRequest;
import io.windlass.cri.v1.RunPodSandboxRequest;
import io.windlass.cri.v1.StatusRequest;
import io.windlass.cri.v1.UpdateContainerResourcesRequest;
import io.windlass.cri.v1.UpdatePodSandboxResourcesRequest;
import io.windlass.cri.v1.UpdateRuntimeConfigRequest;
import io.windlass.cri.v1.WindowsContainerConfig;
import io.windlass.cri.v1.WindowsContainerResources;
import io.windlass.testkit.RequiresRoot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** What single fields of requests do, and how they are refused, over the CRI socket of the built daemon. */
@RequiresRoot
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init")
class RequestFieldsIT {
    private static final String FOREVER = "sleep 100000";

    @TempDir
    private static Path folder;

    private CriNode node;

    @BeforeAll
    void start() throws Exception {
        node = new CriNode(folder);
        node.pull();
    }

    @AfterEach
    void removePods() {
        node.removePods();
    }

    @AfterAll
    void stop() throws Exception {
        try (CriNode ended = node) {
            assertThat(ended.end()).isIn(0, 143);
        }
    }

    @Test
    void labelsAndAnnotationsComeBackAsTheyWere() {
        Map<String, String> odd = Map.of("a.b/c", "", "ключ", "a=b,\nc\"d\"");
        PodSandboxConfig.Builder asked =
                node.podConfig("verbatim").toBuilder().putAllLabels(odd).putAllAnnotations(odd);
        asked.getMetadataBuilder().setAttempt(4);
        String pod = run(asked.build());
        ContainerConfig.Builder config =
                CriNode.shell("main", FOREVER).putAllLabels(odd).putAllAnnotations(odd);
        config.getMetadataBuilder().setAttempt(7);
        String container = create(pod, asked.build(), config);

        PodSandboxStatus podStatus = podStatus(pod);
        assertThat(podStatus.getMetadata()).isEqualTo(asked.getMetadata());
        assertThat(podStatus.getLabelsMap()).isEqualTo(odd);
        assertThat(podStatus.getAnnotationsMap()).isEqualTo(odd);
        assertThat(node.pods()).singleElement().satisfies(listed -> {
            assertThat(listed.getMetadata()).isEqualTo(asked.getMetadata());
            assertThat(listed.getLabelsMap()).isEqualTo(odd);
            assertThat(listed.getAnnotationsMap()).isEqualTo(odd);
        });
        ContainerStatus status = node.status(container);
        assertThat(status.getMetadata()).isEqualTo(config.getMetadata());
        assertThat(status.getLabelsMap()).isEqualTo(odd);
        assertThat(status.getAnnotationsMap()).isEqualTo(odd);
    }

    @Test
    void thePodsNamesAreResolvedAsItsConfigurationSays() throws Exception {
        PodSandboxConfig.Builder asked = node.podConfig("dns").toBuilder();
        asked.getDnsConfigBuilder()
                .addServers("192.0.2.53")
                .addServers("2001:db8::53")
                .addSearches("one.test")
                .addSearches("two.test")
                .addOptions("ndots:5")
                .addOptions("edns0");
        String own = started(run(asked.build()), asked.build());
        assertThat(read(own, "/etc/resolv.conf")).isEqualTo("""
                search one.test two.test
                nameserver 192.0.2.53
                nameserver 2001:db8::53
                options ndots:5 edns0
                """);
        PodSandboxConfig plain = node.podConfig("plain");
        assertThat(read(started(run(plain), plain), "/etc/resolv.conf"))
                .isEqualTo(Files.readString(Path.of("/etc/resolv.conf")));
    }

    @Test
    void wrongPodsAreRefusedByTheNameOfTheField() {
        PodSandboxConfig.Builder group = node.podConfig("wrong").toBuilder();
        group.getLinuxBuilder()
                .getSecurityContextBuilder()
                .getRunAsGroupBuilder()
                .setValue(5);
        assertThatThrownBy(() -> run(group.build()))
                .hasMessageStartingWith("INVALID_ARGUMENT")
                .hasMessageEndingWith("linux.security_context.run_as_group needs run_as_user with it");
        PodSandboxConfig.Builder nobody = node.podConfig("wrong").toBuilder();
        nobody.getMetadataBuilder().clearUid();
        assertThatThrownBy(() -> run(nobody.build())).hasMessageEndingWith("needs a name, a namespace and a uid");
        PodSandboxConfig.Builder logs = node.podConfig("wrong").toBuilder().setLogDirectory("logs");
        assertThatThrownBy(() -> run(logs.build())).hasMessageEndingWith("log_directory 'logs' is not absolute");
        assertThat(node.pods()).isEmpty();
    }

    @Test
    void wrongContainersAreRefusedByTheNameOfTheField() {
        PodSandboxConfig pod = node.podConfig("wrong");
        String id = run(pod);
        ContainerConfig.Builder nameless = CriNode.shell("", FOREVER);
        assertThatThrownBy(() -> create(id, pod, nameless)).hasMessageEndingWith("metadata.name is empty");
        ContainerConfig.Builder handler = CriNode.shell("main", FOREVER);
        handler.getImageBuilder().setRuntimeHandler("kata");
        assertThatThrownBy(() -> create(id, pod, handler)).hasMessageContaining("image.runtime_handler 'kata'");
        ContainerConfig.Builder moved = CriNode.shell("main", FOREVER);
        moved.getImageBuilder().setImageRef("sha256:" + "0".repeat(64));
        assertThatThrownBy(() -> create(id, pod, moved))
                .hasMessageContaining("image.image_ref is sha256:0000")
                .hasMessageEndingWith("by now");
    }

    @Test
    void theRepeatedPodMustBeThePod() {
        String pod = run(node.podConfig("one"));
        PodSandboxConfig other = node.podConfig("other");
        assertThatThrownBy(() -> create(pod, other, CriNode.shell("main", FOREVER)))
                .hasMessageStartingWith("INVALID_ARGUMENT")
                .hasMessageContaining("sandbox_config.metadata is");
    }

    @Test
    void theContainersImageIsToldAsItWasAskedFor() {
        PodSandboxConfig pod = node.podConfig("image");
        ContainerConfig.Builder config = CriNode.shell("main", FOREVER);
        config.getImageBuilder().setUserSpecifiedImage("busybox").putAnnotations("hint", "words");
        ContainerStatus status = node.status(create(run(pod), pod, config));
        assertThat(status.getImage()).isEqualTo(config.getImage());
        assertThat(status.getImageId()).isEqualTo(node.pull());
    }

    @Test
    void oldNamesOfProfilesAreUnderstood() throws Exception {
        PodSandboxConfig pod = node.podConfig("old");
        String id = run(pod);
        assertThat(seccompMode(id, pod, "runtime/default")).contains("Seccomp:\t2");
        assertThat(seccompMode(id, pod, "unconfined")).contains("Seccomp:\t0");
        assertThatThrownBy(() -> seccompMode(id, pod, "none"))
                .hasMessageContaining("cannot use seccomp_profile_path 'none'");
    }

    @SuppressWarnings("deprecation") // The CRI still has the old field.
    private String seccompMode(String pod, PodSandboxConfig podConfig, String profile) {
        ContainerConfig.Builder config = CriNode.shell(profile.replace('/', '-'), FOREVER);
        config.getLinuxBuilder().getSecurityContextBuilder().setSeccompProfilePath(profile);
        String container = create(pod, podConfig, config);
        node.start(container);
        return read(container, "/proc/1/status");
    }

    @Test
    void labelsOfSelinuxMeanNothingWithoutIt() throws Exception {
        Assumptions.assumeFalse(Files.exists(Path.of("/sys/fs/selinux/enforce")), "this kernel has SELinux");
        PodSandboxConfig pod = node.podConfig("selinux");
        ContainerConfig.Builder config = CriNode.shell("main", FOREVER);
        config.addMountsBuilder()
                .setContainerPath("/data")
                .setHostPath(node.shared().toString())
                .setSelinuxRelabel(true);
        config.getLinuxBuilder()
                .getSecurityContextBuilder()
                .getSelinuxOptionsBuilder()
                .setUser("user_u")
                .setRole("user_r")
                .setType("user_t")
                .setLevel("s0:c1,c2");
        String container = create(run(pod), pod, config);
        node.start(container);
        assertThat(read(container, "/proc/self/mountinfo")).contains(" /data ");
    }

    @Test
    void limitsReachTheGroup() {
        PodSandboxConfig pod = node.podConfig("limits");
        ContainerConfig.Builder config = CriNode.shell("main", FOREVER);
        config.getLinuxBuilder().getResourcesBuilder().setCpusetCpus("0").setCpusetMems("0");
        String container = create(run(pod), pod, config);
        node.start(container);
        assertThat(read(container, "/proc/self/status")).contains("Cpus_allowed_list:\t0\n", "Mems_allowed_list:\t0\n");
        UpdateContainerResourcesRequest.Builder update = UpdateContainerResourcesRequest.newBuilder()
                .setContainerId(container)
                .putAnnotations("vendor", "words");
        assertThatThrownBy(() -> node.runtime().updateContainerResources(update.build()))
                .hasMessageStartingWith("UNIMPLEMENTED")
                .hasMessageContaining("knows those of limits (quota.windlass.io), and was given [vendor]");
    }

    @Test
    void whatIsForWindowsIsRefused() {
        PodSandboxConfig pod = node.podConfig("windows");
        String id = run(pod);
        ContainerConfig.Builder config = CriNode.shell("main", FOREVER);
        String container = create(id, pod, config);
        assertThatThrownBy(() -> create(id, pod, config.setWindows(WindowsContainerConfig.getDefaultInstance())))
                .hasMessageEndingWith("field config.windows is for Windows nodes");
        assertThatThrownBy(() -> node.runtime()
                        .updateContainerResources(UpdateContainerResourcesRequest.newBuilder()
                                .setContainerId(container)
                                .setWindows(WindowsContainerResources.getDefaultInstance())
                                .build()))
                .hasMessageEndingWith("field windows is for Windows nodes");
    }

    @Test
    void streamsThatCannotBeAreRefused() {
        PodSandboxConfig pod = node.podConfig("streams");
        String id = run(pod);
        String container = started(id, pod);
        assertThatThrownBy(() -> node.runtime()
                        .exec(ExecRequest.newBuilder()
                                .setContainerId(container)
                                .setStdout(true)
                                .build()))
                .hasMessageEndingWith("field cmd is empty");
        assertThatThrownBy(() -> node.runtime()
                        .attach(AttachRequest.newBuilder()
                                .setContainerId(container)
                                .build()))
                .hasMessageEndingWith("none of stdin, stdout and stderr is asked for");
        assertThatThrownBy(() -> node.runtime()
                        .attach(AttachRequest.newBuilder()
                                .setContainerId(container)
                                .setTty(true)
                                .setStderr(true)
                                .build()))
                .hasMessageEndingWith("so tty and stderr exclude each other");
        assertThatThrownBy(() -> node.runtime()
                        .portForward(PortForwardRequest.newBuilder()
                                .setPodSandboxId(id)
                                .addPort(65536)
                                .build()))
                .hasMessageContaining("port 65536 is not from 1 to 65535");
    }

    @Test
    void newPodsGetAddressesOfTheRangeThatKubeletNamesAndOldOnesKeepTheirs() throws Exception {
        assertThat(node.runtime().updateRuntimeConfig(addressRange(""))).isNotNull();
        String before = run(node.podConfig("before"));
        String address = podStatus(before).getNetwork().getIp();
        for (int twice = 0; twice < 2; twice++) {
            node.runtime().updateRuntimeConfig(addressRange("10.97.7.0/24,fd00:97::/64"));
        }
        PodSandboxStatus fresh = podStatus(run(node.podConfig("fresh")));
        assertThat(fresh.getNetwork().getIp()).startsWith("10.97.7.");
        assertThat(fresh.getNetwork().getAdditionalIps(0).getIp()).startsWith("fd00:97::");
        assertThat(node.end()).isIn(0, 143);
        node.restart();
        assertThat(podStatus(run(node.podConfig("after"))).getNetwork().getIp()).startsWith("10.97.7.");
        assertThat(podStatus(before).getNetwork().getIp()).isEqualTo(address).doesNotStartWith("10.97.");
        assertThat(podStatus(fresh.getId()).getNetwork()).isEqualTo(fresh.getNetwork());
        assertThat(node.runtime()
                        .status(StatusRequest.getDefaultInstance())
                        .getStatus()
                        .getConditionsList())
                .allSatisfy(condition -> assertThat(condition.getStatus()).isTrue());
        assertThatThrownBy(() -> node.runtime().updateRuntimeConfig(addressRange("10.97.0.0/16")))
                .hasMessageStartingWith("FAILED_PRECONDITION: cannot use pod_cidr 10.97.0.0/16: pod ")
                .hasMessageContaining(", which overlaps; remove it first");
        assertThatThrownBy(() -> node.runtime().updateRuntimeConfig(addressRange("pods")))
                .hasMessageContaining("cannot use subnet 'pods'");
    }

    @Test
    void aPodsLimitsReachTheGroupThatIsItsOwnAndItsVerboseStatus() throws Exception {
        PodSandboxConfig pod = node.podConfig("pod-limits");
        String id = run(pod);
        started(id, pod);
        UpdatePodSandboxResourcesRequest.Builder update =
                UpdatePodSandboxResourcesRequest.newBuilder().setPodSandboxId(id);
        update.getOverheadBuilder().setCpuShares(100);
        update.getResourcesBuilder().setCpuShares(512).setMemoryLimitInBytes(64 << 20);
        node.runtime().updatePodSandboxResources(update.build());
        String info = node.runtime()
                .podSandboxStatus(PodSandboxStatusRequest.newBuilder()
                        .setPodSandboxId(id)
                        .setVerbose(true)
                        .build())
                .getInfoOrThrow("info");
        assertThat(info)
                .contains("\"overhead\":{\"cpuPeriod\":0,\"cpuQuota\":0,\"cpuShares\":100,")
                .contains("\"memoryLimitInBytes\":67108864,");
        Matcher parent = Pattern.compile("\"cgroupParent\":\"(/[^\"]+)\"").matcher(info);
        assertThat(parent.find()).isTrue();
        assertThat(limit("cpu", parent.group(1), "cpu.shares", "cpu.weight")).isIn("612", "24");
        assertThat(limit("memory", parent.group(1), "memory.limit_in_bytes", "memory.max"))
                .isEqualTo("67108864");

        update.getResourcesBuilder().setCpuShares(256).putUnified("no.such.file", "1");
        assertThatThrownBy(() -> node.runtime().updatePodSandboxResources(update.build()))
                .hasMessageContaining("cannot update pod sandbox " + id + ": ")
                .hasMessageContaining("no.such.file");
        assertThat(limit("cpu", parent.group(1), "cpu.shares", "cpu.weight")).isIn("612", "24");
        update.setPodSandboxId("0".repeat(64));
        assertThatThrownBy(() -> node.runtime().updatePodSandboxResources(update.build()))
                .hasMessageStartingWith("NOT_FOUND");
    }

    private static String limit(String controller, String group, String first, String second) throws IOException {
        Path root = Path.of("/sys/fs/cgroup");
        Path old = root.resolve(controller).resolve(group.substring(1)).resolve(first);
        return Files.readString(
                        Files.exists(old)
                                ? old
                                : root.resolve(group.substring(1)).resolve(second))
                .strip();
    }

    private static UpdateRuntimeConfigRequest addressRange(String cidr) {
        UpdateRuntimeConfigRequest.Builder request = UpdateRuntimeConfigRequest.newBuilder();
        request.getRuntimeConfigBuilder().getNetworkConfigBuilder().setPodCidr(cidr);
        return request.build();
    }

    private String run(PodSandboxConfig config) {
        return node.runtime()
                .runPodSandbox(
                        RunPodSandboxRequest.newBuilder().setConfig(config).build())
                .getPodSandboxId();
    }

    private String create(String pod, PodSandboxConfig podConfig, ContainerConfig.Builder config) {
        return node.runtime()
                .createContainer(CreateContainerRequest.newBuilder()
                        .setPodSandboxId(pod)
                        .setConfig(config)
                        .setSandboxConfig(podConfig)
                        .build())
                .getContainerId();
    }

    private String started(String pod, PodSandboxConfig podConfig) {
        String container = create(pod, podConfig, CriNode.shell("main", FOREVER));
        node.start(container);
        return container;
    }

    private String read(String container, String file) {
        return node.exec(container, "cat", file).getStdout().toStringUtf8();
    }

    private PodSandboxStatus podStatus(String pod) {
        return node.runtime()
                .podSandboxStatus(PodSandboxStatusRequest.newBuilder()
                        .setPodSandboxId(pod)
                        .build())
                .getStatus();
    }
}
