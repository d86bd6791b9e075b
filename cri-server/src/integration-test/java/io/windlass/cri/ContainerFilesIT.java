package io.windlass.cri;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.grpc.stub.BlockingClientCall;
import io.windlass.cri.v1.ContainerConfig;
import io.windlass.cri.v1.IDMapping;
import io.windlass.cri.v1.NamespaceMode;
import io.windlass.cri.v1.PodSandboxConfig;
import io.windlass.cri.v1.RemoveContainerRequest;
import io.windlass.cri.v1.RunPodSandboxRequest;
import io.windlass.cri.v1.StopContainerRequest;
import io.windlass.image.testing.TarBuilder;
import io.windlass.node.v1.Chunk;
import io.windlass.node.v1.CopyFromContainerRequest;
import io.windlass.node.v1.CopyTarget;
import io.windlass.node.v1.CopyToContainerRequest;
import io.windlass.node.v1.CopyToContainerResponse;
import io.windlass.node.v1.FindPathRequest;
import io.windlass.testkit.RequiresRoot;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Files that go into containers and come out of them, by the operator's socket of the built daemon and by volumes. */
@RequiresRoot
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init")
class ContainerFilesIT {
    private static final String FOREVER = "while true; do sleep 1000; done";

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

    private String run(String pod, String podName, ContainerConfig.Builder config) {
        String container = node.create(pod, podName, config);
        node.start(container);
        return container;
    }

    private void stop(String container) {
        node.runtime()
                .stopContainer(StopContainerRequest.newBuilder()
                        .setContainerId(container)
                        .setTimeout(0)
                        .build());
    }

    private long copyTo(String container, String target, boolean owners, byte[] tar) throws Exception {
        BlockingClientCall<CopyToContainerRequest, CopyToContainerResponse> call =
                node.operatorStreams().copyToContainer();
        call.write(CopyToContainerRequest.newBuilder()
                .setTarget(CopyTarget.newBuilder()
                        .setContainerId(container)
                        .setFolder(target)
                        .setOwners(owners))
                .build());
        call.write(CopyToContainerRequest.newBuilder()
                .setData(ByteString.copyFrom(tar))
                .build());
        call.halfClose();
        CopyToContainerResponse answer = call.read();
        assertThat(answer).isNotNull();
        return answer.getFiles();
    }

    /** What GNU tar lists of a copy. */
    private List<String> copied(String container, String path, String name) throws Exception {
        Path archive = folder.resolve("copied.tar");
        try (OutputStream out = Files.newOutputStream(archive)) {
            Iterator<Chunk> chunks = node.operator()
                    .copyFromContainer(CopyFromContainerRequest.newBuilder()
                            .setContainerId(container)
                            .setPath(path)
                            .setName(name)
                            .build());
            while (chunks.hasNext()) {
                chunks.next().getData().writeTo(out);
            }
        }
        Process list = new ProcessBuilder("tar", "--numeric-owner", "-tvf", archive.toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(list.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return said.lines()
                .map(line -> line.replaceAll(" +", " ").replaceAll(" \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d", ""))
                .toList();
    }

    private String said(String container, String script) {
        var answer = node.exec(container, "sh", "-c", script);
        return answer.getStdout().toStringUtf8() + answer.getStderr().toStringUtf8();
    }

    private static byte[] twoFiles() {
        return new TarBuilder()
                .mode(0750)
                .owner(7, 8)
                .directory("new")
                .mode(04755)
                .file("new/set", "first")
                .hardLink("new/linked", "new/set")
                .symbolicLink("new/away", "/etc/passwd")
                .build();
    }

    @Test
    void a_running_container_gets_files_and_gives_them_back_also_of_its_volumes() throws Exception {
        Path volume = Files.createDirectories(node.shared().resolve("volume"));
        ContainerConfig.Builder config = CriNode.shell("main", FOREVER);
        config.addMountsBuilder().setContainerPath("/tmp/volume").setHostPath(volume.toString());
        String container = run(node.runPod("files"), "files", config);

        assertThat(copyTo(container, "/tmp/volume", true, twoFiles())).isEqualTo(4);

        assertThat(said(container, "busybox stat -c '%a %u:%g %h' /tmp/volume/new /tmp/volume/new/set"))
                .isEqualTo("750 7:8 2\n4755 7:8 2\n");
        assertThat(volume.resolve("new/linked")).hasContent("first");
        assertThat(copied(container, "/tmp", "."))
                .containsExactly(
                        "drwxr-xr-x 0/0 0 ./",
                        "drwxr-xr-x 0/0 0 volume/",
                        "drwxr-x--- 7/8 0 volume/new/",
                        "lrwxrwxrwx 7/8 0 volume/new/away -> /etc/passwd",
                        "-rwsr-xr-x 7/8 5 volume/new/linked",
                        "hrwsr-xr-x 7/8 0 volume/new/set link to volume/new/linked");
        assertThat(copied(container, "/tmp/volume/new/set", "renamed")).containsExactly("-rwsr-xr-x 7/8 5 renamed");
        assertThat(copied(container, "/", "root"))
                .contains("drwxr-xr-x 0/0 0 root/bin/")
                .noneMatch(line -> line.contains("root/proc/1"));
    }

    @Test
    void without_owners_files_are_roots_and_a_folder_that_is_there_stays_as_it_is() throws Exception {
        String container = run(
                node.runPod("files"),
                "files",
                CriNode.shell("main", "busybox mkdir -m 711 /tmp/new; echo old > /tmp/new/set; " + FOREVER));
        CriNode.await("the folder", () -> !said(container, "cat /tmp/new/set").contains("can't"));

        copyTo(container, "/tmp", false, twoFiles());

        assertThat(said(container, "busybox stat -c '%a %u:%g' /tmp/new /tmp/new/set; cat /tmp/new/set"))
                .isEqualTo("711 0:0\n4755 0:0\nfirst");
        assertThatThrownBy(() -> copyTo(
                        container,
                        "/tmp",
                        false,
                        new TarBuilder().file("new", "x").build()))
                .hasMessageContaining("'new' is refused: there is a folder of this name");
        assertThatThrownBy(() -> copyTo(
                        container,
                        "/tmp/new",
                        false,
                        new TarBuilder().directory("set").build()))
                .hasMessageContaining("'set' is refused: there is a file of this name");
        assertThatThrownBy(() -> copyTo(container, "/nowhere", false, twoFiles()))
                .hasMessageContaining("there is no folder /nowhere");
        assertThatThrownBy(() -> copyTo(
                        container,
                        "/tmp",
                        false,
                        new TarBuilder().file("../up", "x").build()))
                .hasMessageContaining("leads upwards");
        assertThatThrownBy(() -> copied(container, "/proc/cmdline", "c")).hasMessageContaining("a view of the kernel");
    }

    @Test
    void links_of_a_container_lead_to_its_own_files_and_never_to_the_nodes() throws Exception {
        Path secret = Files.createDirectories(folder.resolve("node-only"));
        Files.writeString(secret.resolve("file"), "the node's");
        String container = run(
                node.runPod("files"),
                "files",
                CriNode.shell(
                        "main",
                        "busybox ln -s %1$s /tmp/link; busybox ln -s ../../../../..%1$s /tmp/up; touch /tmp/ready; %2$s"
                                .formatted(secret, FOREVER)));
        CriNode.await("the links", () -> !said(container, "cat /tmp/ready").contains("can't"));

        for (String link : List.of("/tmp/link/", "/tmp/up/")) {
            assertThat(node.operator()
                            .findPath(FindPathRequest.newBuilder()
                                    .setContainerId(container)
                                    .setPath(link)
                                    .setFollow(true)
                                    .build())
                            .getExists())
                    .isFalse();
            assertThatThrownBy(() -> copied(container, link + "file", "f")).hasMessageContaining("there is nothing");
            assertThatThrownBy(() -> copyTo(container, link, false, twoFiles()))
                    .hasMessageContaining("there is no folder");
        }
        assertThat(secret).isDirectoryNotContaining("glob:**new");
        assertThat(copied(container, "/tmp/link", "l"))
                .singleElement()
                .asString()
                .contains("l -> " + secret);
    }

    @Test
    void a_container_that_changes_its_paths_meanwhile_leads_no_copy_out_of_it() throws Exception {
        Path secret = Files.createDirectories(folder.resolve("node-secret"));
        Files.writeString(secret.resolve("file"), "the node's own");
        // The folder of the copies is by turns a folder, and a link to what has that name on the node only.
        String container = run(node.runPod("files"), "files", CriNode.shell("main", """
                        busybox mkdir -p /tmp/a/in
                        while true; do
                          busybox mv /tmp/a /tmp/b; busybox ln -s %s /tmp/a; busybox rm /tmp/a; busybox mv /tmp/b /tmp/a
                        done""".formatted(secret)));
        byte[] tar = new TarBuilder()
                .file("a/planted", "x")
                .file("a/in/planted", "x")
                .build();
        int tries = 0;
        int done = 0;
        while (tries < 60 || (done == 0 && tries < 2000)) {
            tries++;
            try {
                copyTo(container, "/tmp", false, tar);
                copied(container, "/tmp", "t").forEach(line -> assertThat(line).doesNotContain("file"));
                done++;
            } catch (io.grpc.StatusException | io.grpc.StatusRuntimeException refused) {
                assertThat(refused).hasMessageContaining("cannot copy");
            }
        }
        assertThat(done).isPositive();
        assertThat(secret.toFile().list()).containsExactly("file");
    }

    @Test
    void what_is_mounted_read_only_is_refused_and_left_alone() throws Exception {
        ContainerConfig.Builder config = CriNode.shell("main", FOREVER);
        config.getLinuxBuilder().getSecurityContextBuilder().setReadonlyRootfs(true);
        String container = run(node.runPod("files"), "files", config);

        assertThatThrownBy(() -> copyTo(container, "/tmp", false, twoFiles()))
                .hasMessageContaining("cannot copy to /tmp in container " + container)
                .hasMessageContaining("is mounted read-only");
        assertThat(said(container, "busybox ls -A /tmp")).isEmpty();
    }

    @Test
    void a_container_that_has_ended_gives_and_takes_files_of_its_own() throws Exception {
        String container = run(node.runPod("files"), "files", CriNode.shell("main", "echo mine > /tmp/mine"));
        node.awaitExit(container);

        copyTo(container, "/tmp", true, twoFiles());
        copyTo(container, "/tmp", true, new TarBuilder().file("again", "2").build());

        assertThat(copied(container, "/tmp/", "t"))
                .contains("-rw-r--r-- 0/0 5 t/mine", "drwxr-x--- 7/8 0 t/new/", "-rw-r--r-- 0/0 1 t/again");
    }

    @Test
    void in_a_user_namespace_files_have_the_numbers_that_the_container_knows() throws Exception {
        PodSandboxConfig.Builder pod = node.podConfig("mapped").toBuilder();
        IDMapping ids = IDMapping.newBuilder()
                .setContainerId(0)
                .setHostId(1 << 20)
                .setLength(65536)
                .build();
        pod.getLinuxBuilder()
                .getSecurityContextBuilder()
                .getNamespaceOptionsBuilder()
                .getUsernsOptionsBuilder()
                .setMode(NamespaceMode.POD)
                .addUids(ids)
                .addGids(ids);
        String sandbox = node.runtime()
                .runPodSandbox(RunPodSandboxRequest.newBuilder().setConfig(pod).build())
                .getPodSandboxId();
        ContainerConfig.Builder config = CriNode.shell("main", FOREVER);
        config.getLinuxBuilder()
                .getSecurityContextBuilder()
                .getNamespaceOptionsBuilder()
                .setUsernsOptions(pod.getLinux()
                        .getSecurityContext()
                        .getNamespaceOptions()
                        .getUsernsOptions());
        String container = run(sandbox, "mapped", config);

        copyTo(container, "/tmp", true, twoFiles());

        assertThat(said(container, "busybox stat -c '%u:%g' /tmp/new/set")).isEqualTo("7:8\n");
        assertThat(copied(container, "/tmp/new/set", "set")).containsExactly("-rwsr-xr-x 7/8 5 set");
        assertThatThrownBy(() -> copyTo(
                        container,
                        "/tmp",
                        true,
                        new TarBuilder().owner(70000, 0).file("none", "x").build()))
                .hasMessageContaining("the container's user namespace has no user 70000");
        stop(container);
        node.awaitExit(container);
        assertThatThrownBy(() -> copied(container, "/tmp", "t")).hasMessageContaining("copy while it runs");
    }

    @Test
    void a_volume_is_shared_by_containers_of_two_pods_and_kept_when_they_are_gone() throws Exception {
        Path volume = Files.createDirectories(node.shared().resolve("between"));
        String[] containers = new String[2];
        for (int i = 0; i < 2; i++) {
            ContainerConfig.Builder config = CriNode.shell("main", FOREVER);
            config.addMountsBuilder().setContainerPath("/data").setHostPath(volume.toString());
            containers[i] = run(node.runPod("shares" + i), "shares" + i, config);
        }

        said(containers[0], "echo from the first > /data/first");
        assertThat(said(containers[1], "cat /data/first; echo and the second >> /data/first; echo 2 > /data/second"))
                .isEqualTo("from the first\n");
        assertThat(said(containers[0], "cat /data/first /data/second; busybox rm /data/second"))
                .isEqualTo("from the first\nand the second\n2\n");
        assertThat(said(containers[1], "cat /data/second")).contains("No such file");

        for (String container : containers) {
            node.runtime()
                    .removeContainer(RemoveContainerRequest.newBuilder()
                            .setContainerId(container)
                            .build());
        }
        node.removePods();
        assertThat(volume.resolve("first")).hasContent("from the first\nand the second\n");
        assertThat(volume.toFile().list()).containsExactly("first");
    }
}
