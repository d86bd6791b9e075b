package io.windlass.cri;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.cri.v1.ContainerConfig;
import io.windlass.cri.v1.LinuxContainerSecurityContext;
import io.windlass.cri.v1.PodSandboxConfig;
import io.windlass.cri.v1.RemovePodSandboxRequest;
import io.windlass.cri.v1.RunPodSandboxRequest;
import io.windlass.linux.Fd;
import io.windlass.linux.Kernel;
import io.windlass.linux.OpenFlags;
import io.windlass.linux.selinux.FileLabels;
import io.windlass.testkit.RequiresRoot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** How pods are kept apart on a node with SELinux, over the CRI socket of the built daemon. */
@RequiresRoot
@Tag("selinux")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init")
class SelinuxGuestIT {
    private static final String LABEL = "cat /proc/self/attr/current";

    @TempDir
    private static Path folder;

    private final Kernel kernel = new Kernel();
    private final FileLabels labels = new FileLabels(kernel);
    private CriNode node;
    private PodSandboxConfig config;
    private String pod;

    @BeforeAll
    void start() throws Exception {
        node = new CriNode(folder);
        node.pull();
        config = node.podConfig("selinux");
        pod = run(config);
    }

    @AfterEach
    void removeContainers() {
        node.removeContainers();
    }

    @AfterAll
    void stop() throws Exception {
        try (CriNode ended = node) {
            node.removePods();
            assertThat(ended.end()).isIn(0, 143);
        }
    }

    private String run(PodSandboxConfig of) {
        return node.runtime()
                .runPodSandbox(RunPodSandboxRequest.newBuilder().setConfig(of).build())
                .getPodSandboxId();
    }

    private PodSandboxConfig.Builder other(String name) {
        return node.podConfig(name).toBuilder();
    }

    private void remove(String other) {
        node.runtime()
                .removePodSandbox(RemovePodSandboxRequest.newBuilder()
                        .setPodSandboxId(other)
                        .build());
    }

    private static ContainerConfig.Builder main(String name, Consumer<LinuxContainerSecurityContext.Builder> security) {
        ContainerConfig.Builder container = CriNode.shell(name, "cat /proc/self/attr/current; echo; exec sleep 100000");
        security.accept(container.getLinuxBuilder().getSecurityContextBuilder());
        return container;
    }

    private String started(String name, Consumer<LinuxContainerSecurityContext.Builder> security) {
        return started(pod, "selinux", main(name, security));
    }

    private String started(String in, String podName, ContainerConfig.Builder container) {
        String id = node.create(in, podName, container);
        node.start(id);
        return id;
    }

    private String output(String container, String script) {
        return node.exec(container, "sh", "-c", script)
                .getStdout()
                .toStringUtf8()
                .replace("\0", "");
    }

    private static String level(String label) {
        return label.strip().split(":", 4)[3];
    }

    private void label(Path parent, String name, String label) {
        try (Fd open = kernel.open(parent, OpenFlags.PATH, 0)) {
            kernel.setxattr(open, name, "security.selinux".getBytes(UTF_8), label.getBytes(UTF_8));
        }
    }

    @Test
    void processesCommandsAndFilesHaveTheLabelsOfTheirPod() throws Exception {
        String container = started("main", security -> {});
        String own = output(container, LABEL);
        assertThat(own).matches("system_u:system_r:container_t:s0:c\\d+,c\\d+\\s*");
        CriNode.await(
                "the first process to say its label",
                () -> Files.exists(node.log("selinux", "main"))
                        && Files.readString(node.log("selinux", "main")).contains(own.strip()));
        String files = "system_u:object_r:container_file_t:" + level(own);
        assertThat(output(container, "cat /proc/self/mountinfo").lines().toList())
                .as("the root, /dev, terminals and the pod's memory")
                .satisfies(mounts -> {
                    for (String place : List.of("/", "/dev", "/dev/pts", "/dev/shm")) {
                        assertThat(mounts)
                                .filteredOn(line -> line.split(" ", 6)[4].equals(place))
                                .singleElement()
                                .asString()
                                .contains("context=\"" + files + "\"");
                    }
                });
        Path seen = Path.of("/proc", node.info(container).replaceAll("(?s).*\"pid\":\\s*(\\d+).*", "$1"), "root");
        for (String file : List.of("bin/busybox", "dev/null", "dev/mqueue", "etc/hosts")) {
            try (Fd root = kernel.open(
                    seen.resolve(file.substring(0, file.indexOf('/'))), OpenFlags.PATH | OpenFlags.DIRECTORY, 0)) {
                byte[] label = kernel.getxattr(
                        root, file.substring(file.indexOf('/') + 1), "security.selinux".getBytes(UTF_8));
                assertThat(new String(label, UTF_8).replace("\0", "")).as(file).isEqualTo(files);
            }
        }
        assertThat(node.info(container))
                .contains("\"selinuxLabel\":\"" + own.strip() + "\"", "\"mountLabel\":\"" + files + "\"");
    }

    @Test
    void thoseOfOnePodHaveTheSameLevelAndThoseOfTwoDifferentOnes() throws Exception {
        String first = output(started("first", security -> {}), LABEL);
        assertThat(output(started("second", security -> {}), LABEL)).isEqualTo(first);
        String pod2 = run(other("apart").build());
        String third = output(started(pod2, "apart", main("third", security -> {})), LABEL);
        assertThat(level(third)).isNotEqualTo(level(first));
        node.end();
        node.restart();
        assertThat(output(started(pod2, "apart", main("fourth", security -> {})), LABEL))
                .isEqualTo(third);
        node.removeContainers();
        remove(pod2);
    }

    @Test
    void aPodsOptionsAreItsContainersToo() {
        PodSandboxConfig.Builder named = other("named");
        named.getLinuxBuilder()
                .getSecurityContextBuilder()
                .getSelinuxOptionsBuilder()
                .setLevel("s0:c9,c8");
        String in = run(named.build());
        assertThat(output(started(in, "named", main("main", security -> {})), LABEL)
                        .strip())
                .isEqualTo("system_u:system_r:container_t:s0:c8,c9");
        node.removeContainers();
        remove(in);
    }

    @Test
    void whatAContainerNamesCountsOverItsPods() {
        String container = started(
                "spc", s -> s.getSelinuxOptionsBuilder().setType("spc_t").setLevel("s0:c3"));
        assertThat(output(container, LABEL).strip()).isEqualTo("system_u:system_r:spc_t:s0:c3");
        assertThat(output(container, "cat /proc/self/mountinfo"))
                .contains("context=system_u:object_r:container_file_t:s0:c3");
    }

    @Test
    void privilegeIsUnconfined() {
        PodSandboxConfig.Builder privileged = other("privileged");
        privileged.getLinuxBuilder().getSecurityContextBuilder().setPrivileged(true);
        String in = run(privileged.build());
        String container = started(in, "privileged", main("main", security -> security.setPrivileged(true)));
        assertThat(output(container, LABEL).strip()).isEqualTo("system_u:system_r:spc_t:s0");
        node.removeContainers();
        remove(in);
    }

    @Test
    void whoGainsNoPrivilegesIsLabelledToo() {
        String container = started("nnp", security -> security.setNoNewPrivs(true));
        assertThat(output(container, LABEL)).startsWith("system_u:system_r:container_t:s0:c");
    }

    @Test
    void aVolumeIsLabelledAsAWholeUnlessItsTopSaysThatItIs() throws IOException {
        Path shared = node.shared().toRealPath();
        Path volume = shared.resolve("volume");
        Files.createDirectories(volume.resolve("folder"));
        Files.writeString(volume.resolve("folder/file"), "");
        Files.createSymbolicLink(volume.resolve("link"), shared);
        String before = labels.of(shared).orElseThrow();
        String level = level(output(volumeIn("first", volume), LABEL));
        String files = "system_u:object_r:container_file_t:" + level;
        for (String file : List.of("", "folder", "folder/file", "link")) {
            assertThat(labels.of(volume.resolve(file))).as(file).contains(files);
        }
        assertThat(labels.of(shared)).contains(before);

        label(volume, "link", "system_u:object_r:container_file_t:s0");
        volumeIn("second", volume);
        assertThat(labels.of(volume.resolve("link"))).contains("system_u:object_r:container_file_t:s0");
    }

    private String volumeIn(String name, Path volume) {
        ContainerConfig.Builder container = main(name, security -> {});
        container
                .addMountsBuilder()
                .setContainerPath("/data")
                .setHostPath(volume.toString())
                .setSelinuxRelabel(true);
        return started(pod, "selinux", container);
    }

    @Test
    void anImageAsAVolumeHasTheLabelOfTheContainersFiles() {
        ContainerConfig.Builder container = main("image", security -> {});
        container
                .addMountsBuilder()
                .setContainerPath("/image")
                .setReadonly(true)
                .getImageBuilder()
                .setImage(CriNode.IMAGE);
        String id = started(pod, "selinux", container);
        String level = level(output(id, LABEL));
        assertThat(output(id, "cat /proc/self/mountinfo").lines())
                .filteredOn(line -> line.contains(" /image "))
                .singleElement()
                .asString()
                .contains("context=\"system_u:object_r:container_file_t:" + level + "\"");
        assertThat(output(id, "cat /image/bin/busybox | head -c 4 | tr -d '\\177'"))
                .isEqualTo("ELF");
    }

    @Test
    void whatThePolicyDoesNotKnowAndWhatTheNodeNeedsIsRefused() {
        assertThatThrownBy(
                        () -> started("wrong", s -> s.getSelinuxOptionsBuilder().setType("nowhere_t")))
                .hasMessageContaining("cannot use selinux_options.type 'nowhere_t'");
        assertThatThrownBy(
                        () -> started("wrong", s -> s.getSelinuxOptionsBuilder().setLevel("s0:c4000")))
                .hasMessageContaining("cannot use selinux_options.level 's0:c4000'");
        PodSandboxConfig.Builder wrong = other("wrong");
        wrong.getLinuxBuilder()
                .getSecurityContextBuilder()
                .getSelinuxOptionsBuilder()
                .setUser("nobody_u");
        assertThatThrownBy(() -> run(wrong.build())).hasMessageContaining("cannot use selinux_options.user 'nobody_u'");
        ContainerConfig.Builder container = main("volume", security -> {});
        container
                .addMountsBuilder()
                .setContainerPath("/data")
                .setHostPath("/usr")
                .setSelinuxRelabel(true);
        assertThatThrownBy(() -> node.create(pod, "selinux", container))
                .hasMessageContaining("selinux_relabel would take /usr from the node");
    }
}
