package io.windlass.cri;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import io.grpc.stub.BlockingClientCall;
import io.windlass.cri.v1.ContainerConfig;
import io.windlass.cri.v1.ImageSpec;
import io.windlass.cri.v1.PullImageRequest;
import io.windlass.image.testing.HardTree;
import io.windlass.node.v1.Chunk;
import io.windlass.node.v1.CommitContainerRequest;
import io.windlass.node.v1.ExportContainerRequest;
import io.windlass.node.v1.LoadImagesResponse;
import io.windlass.node.v1.NewImage;
import io.windlass.node.v1.PushImageRequest;
import io.windlass.testkit.RequiresRoot;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Images on their way between the built daemon and the tools of others, through a registry, archives and the store itself. */
@RequiresRoot
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init")
class OtherToolsIT {
    private static final List<String> TOOLS =
            List.of("skopeo", "umoci", "buildah", "runc", "containerd", "ctr", "python3", "docker-registry");

    /** What the image made here runs: it tells who and where it is, what it was told, and what it has. */
    private static final String PROGRAM = "busybox id -u; busybox id -g; pwd; echo $SAID; cat one";

    private static final String TOLD = "70000\n70001\n/data/link\na b\nlinked\n";

    /** What the image made by buildah says. */
    private static final List<String> BUILT = List.of("1234:4321:2 built", "hello /data 1234");

    private static final Pattern MOUNTS = Pattern.compile("(^| )\\./(dev|etc|proc|sys)( |/|$)");
    private static final int CHUNK = 256 << 10;

    @TempDir
    private static Path folder;

    private CriNode node;
    private Path policy;
    private int pods;

    @BeforeAll
    void start() throws Exception {
        for (String tool : TOOLS) {
            assumeTrue(
                    Stream.of("/usr/bin/", "/usr/sbin/").anyMatch(place -> Files.isExecutable(Path.of(place + tool))),
                    tool + " is missing: `scripts/setup test` installs what the tests need");
        }
        policy = Files.writeString(
                folder.resolve("policy.json"), "{\"default\": [{\"type\": \"insecureAcceptAnything\"}]}");
        node = new CriNode(folder);
        node.pull();
        commitAndPush();
        build();
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

    /** Makes an image of a running container that has all that files can have, and takes a copy of its root for comparison. */
    private void commitAndPush() throws Exception {
        String pod = node.runPod("made");
        String container = node.create(pod, "made", CriNode.shell("main", "sleep 100000"));
        node.start(container);
        String process =
                new ObjectMapper().readTree(node.info(container)).get("pid").asText();
        bash("cd /proc/" + process + "/root; mkdir data; cd data; set -e\n" + HardTree.MAKE);
        node.operator()
                .commitContainer(CommitContainerRequest.newBuilder()
                        .setContainerId(container)
                        .setImage(NewImage.newBuilder()
                                .setReference("example.org/made:1")
                                .addChanges("CMD [\"sh\", \"-c\", \"" + PROGRAM + "\"]")
                                .addChanges("WORKDIR /data/link")
                                .addChanges("ENV PATH=/bin")
                                .addChanges("ENV SAID=\"a b\"")
                                .addChanges("USER 70000:70001"))
                        .build());
        node.operator()
                .pushImage(PushImageRequest.newBuilder()
                        .setImage("example.org/made:1")
                        .setDestination(made())
                        .build());
        Path archive = folder.resolve("exported.tar");
        try (OutputStream out = Files.newOutputStream(archive)) {
            Iterator<Chunk> chunks = node.operator()
                    .exportContainer(ExportContainerRequest.newBuilder()
                            .setContainerId(container)
                            .build());
            while (chunks.hasNext()) {
                chunks.next().getData().writeTo(out);
            }
        }
        bash("mkdir %s; tar --numeric-owner --xattrs --xattrs-include='*' -xpf %s -C %s"
                .formatted(exported(), archive, exported()));
    }

    private static Path exported() {
        return folder.resolve("exported");
    }

    private String made() {
        return node.registryHost() + "/made:1";
    }

    /**
     * Runs a program in the node's network; what it says. The tools of the containers project note for all their runs which
     * registry has which blob in which form, and then take that one: each of them gets an empty place for it.
     */
    private String run(String... command) throws Exception {
        List<String> alone = new ArrayList<>(List.of(
                "nsenter",
                "--net=" + node.network().file(),
                "unshare",
                "--mount",
                "sh",
                "-ec",
                "mkdir -p /var/lib/containers; mount -t tmpfs tmpfs /var/lib/containers; exec \"$@\"",
                "sh"));
        alone.addAll(List.of(command));
        Process process = new ProcessBuilder(alone)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as("%s: %s", List.of(command), said).isZero();
        return said;
    }

    private String bash(String script) throws Exception {
        return run("bash", "-ec", script);
    }

    private void skopeo(String... arguments) throws Exception {
        run(Stream.concat(Stream.of("skopeo", "--policy", policy.toString()), Stream.of(arguments))
                .toArray(String[]::new));
    }

    private static String look(Path root) {
        return "cd " + root + "\n" + HardTree.LOOK;
    }

    /** What is seen in a folder, but for the places of a container's mounts: those are what is mounted while it runs. */
    private List<String> seen(Path root) throws Exception {
        return withoutMounts(bash(look(root)));
    }

    private static List<String> withoutMounts(String seen) {
        return seen.lines().filter(line -> !MOUNTS.matcher(line).find()).toList();
    }

    @Test
    void umoci_unpacks_what_was_pushed_file_by_file_and_runc_runs_it() throws Exception {
        Path layout = folder.resolve("layout");
        Path bundle = folder.resolve("bundle");
        skopeo("copy", "--src-tls-verify=false", docker("made:1"), "oci:" + layout + ":made");
        run("umoci", "unpack", "--image", layout + ":made", bundle.toString());

        List<String> before = seen(exported());
        assertThat(String.join("\n", before))
                .contains("security.capability", "user.binary", "./data/setuid f 6755", "70000:4000000000", "7:12c");
        assertThat(seen(bundle.resolve("rootfs"))).isEqualTo(before);
        assertThat(runc(bundle)).isEqualTo(TOLD);
    }

    private String runc(Path bundle) throws Exception {
        Path file = bundle.resolve("config.json");
        ObjectMapper json = new ObjectMapper();
        ObjectNode config = (ObjectNode) json.readTree(file.toFile());
        ((ObjectNode) config.get("process")).put("terminal", false);
        json.writeValue(file.toFile(), config);
        return run(
                "runc",
                "--root",
                folder.resolve("runc").toString(),
                "run",
                "--bundle",
                bundle.toString(),
                "windlass-" + ProcessHandle.current().pid());
    }

    @Test
    void containerd_pulls_what_was_pushed_file_by_file_and_runs_it() throws Exception {
        Path home = Files.createDirectory(folder.resolve("containerd"));
        Path configuration = Files.writeString(home.resolve("config.toml"), """
                version = 2
                root = "%1$s/root"
                state = "%1$s/state"
                disabled_plugins = ["io.containerd.grpc.v1.cri", "io.containerd.internal.v1.opt"]
                [grpc]
                address = "%1$s/containerd.sock"
                """.formatted(home));
        // All of it is in namespaces that end with this script: no process, mount or socket of containerd stays.
        String said = run(
                "unshare",
                "--mount",
                "--pid",
                "--fork",
                "--kill-child",
                "--mount-proc",
                "bash",
                "-ec",
                """
                mount -t tmpfs tmpfs /run
                export CONTAINERD_ADDRESS=%1$s/containerd.sock
                containerd --config %2$s >%1$s/log 2>&1 &
                until ctr version >%1$s/version 2>&1; do
                  kill -0 $! || { cat %1$s/log; exit 1; }
                  sleep 0.1
                done
                ctr images pull --plain-http %3$s >%1$s/pull 2>&1 || { cat %1$s/pull; exit 1; }
                ctr run --rm --cgroup windlass-$PPID-%4$d %3$s made
                echo ===
                mkdir %1$s/mounted
                ctr images mount %3$s %1$s/mounted >/dev/null
                """.formatted(
                                        home,
                                        configuration,
                                        made(),
                                        ProcessHandle.current().pid())
                        + look(home.resolve("mounted")));

        assertThat(said).startsWith(TOLD + "===\n");
        assertThat(withoutMounts(said.substring((TOLD + "===\n").length()))).isEqualTo(seen(exported()));
    }

    @Test
    void skopeo_and_umoci_read_the_store_in_place() throws Exception {
        Path store = node.root().resolve("content");
        Path copied = Files.createDirectory(folder.resolve("copied"));
        skopeo("copy", "oci:" + store + ":" + CriNode.IMAGE, "dir:" + copied.resolve("pulled"));
        skopeo("copy", "oci:" + store + ":example.org/made:1", "oci:" + copied.resolve("made") + ":1");

        assertThat(run("umoci", "ls", "--layout", store.toString()).lines())
                .contains(CriNode.IMAGE, "example.org/made:1");
        run(
                "umoci",
                "unpack",
                "--image",
                copied.resolve("made") + ":1",
                folder.resolve("in-place").toString());
        assertThat(seen(folder.resolve("in-place/rootfs"))).isEqualTo(seen(exported()));
        assertThat(copied.resolve("pulled/manifest.json")).exists();
    }

    /** How an image that buildah built comes to the registry, and what its manifest shows then. */
    static Stream<Arguments> forms() {
        return Stream.of(
                Arguments.of("gzip", "buildah push --format oci localhost/built", "image.layer.v1.tar+gzip"),
                Arguments.of("docker", "buildah push --format v2s2 localhost/built", "rootfs.diff.tar.gzip"),
                Arguments.of(
                        "zstd",
                        "buildah push --format oci --compression-format zstd localhost/built",
                        "image.layer.v1.tar+zstd"),
                Arguments.of("index", "buildah manifest push --all localhost/many", "image.index.v1+json"),
                Arguments.of("converted", "skopeo copy --format v2s2 built:1", "distribution.manifest.v2+json"),
                Arguments.of("recompressed", "skopeo copy --dest-compress-format zstd built:1", "tar+zstd"),
                Arguments.of("list", "skopeo copy --all --format v2s2 many:1", "manifest.list.v2+json"));
    }

    @ParameterizedTest
    @MethodSource("forms")
    void images_of_buildah_and_skopeo_run_here(String form, String how, String shows) throws Exception {
        List<String> words = new ArrayList<>(List.of(how.split(" ", -1)));
        String source = words.removeLast();
        String target = docker(form + ":1");
        if (words.removeFirst().equals("buildah")) {
            words.addAll(List.of("--tls-verify=false", source, target));
            buildah(words.toArray(String[]::new));
        } else {
            words.addAll(List.of("--src-tls-verify=false", "--dest-tls-verify=false", docker(source), target));
            skopeo(words.toArray(String[]::new));
        }
        assertThat(run("skopeo", "inspect", "--raw", "--tls-verify=false", target))
                .contains(shows);

        pull(form + ":1");
        assertThat(runHere(node.registryHost() + "/" + form + ":1")).isEqualTo(BUILT);
    }

    /** Docker's archives have layers that are not compressed. */
    @ParameterizedTest
    @ValueSource(strings = {"oci-archive", "docker-archive"})
    void archives_of_buildah_are_loaded_and_run_here(String transport) throws Exception {
        Path archive = folder.resolve(transport + ".tar");
        String name = "example.org/" + transport + ":1";
        buildah("push", "localhost/built", transport + ":" + archive + ":" + name);

        BlockingClientCall<Chunk, LoadImagesResponse> loading =
                node.operatorStreams().loadImages();
        try (InputStream in = Files.newInputStream(archive)) {
            for (byte[] part = in.readNBytes(CHUNK); part.length > 0; part = in.readNBytes(CHUNK)) {
                loading.write(
                        Chunk.newBuilder().setData(ByteString.copyFrom(part)).build());
            }
        }
        loading.halfClose();

        LoadImagesResponse loaded = loading.read();
        assertThat(loaded).isNotNull();
        assertThat(loaded.getImages(0).getNamesList()).contains(name);
        assertThat(runHere(name)).isEqualTo(BUILT);
    }

    @Test
    void what_buildah_builds_on_a_pushed_image_runs_here_with_all_of_that_images_files() throws Exception {
        Path context = Files.createDirectory(folder.resolve("above"));
        Files.writeString(context.resolve("Dockerfile"), """
                FROM %s
                USER 0
                RUN echo above > /tmp/above
                CMD ["sh", "-c", "cat /tmp/above /data/link/two; busybox stat -c %%u:%%g:%%a /data/owned /data/setuid"]
                """.formatted(made()));
        buildah("bud", "--isolation", "chroot", "--tls-verify=false", "--tag", "localhost/above", context.toString());
        buildah("push", "--tls-verify=false", "localhost/above", docker("above:1"));
        pull("above:1");

        assertThat(runHere(node.registryHost() + "/above:1"))
                .containsExactly("above", "linked", "70000:4000000000:644", "0:0:6755");
    }

    /** One image that says who runs it and what the build made, and an index of it with another machine's image. */
    private void build() throws Exception {
        Path context = Files.createDirectory(folder.resolve("context"));
        Files.copy(Path.of("/bin/busybox"), context.resolve("busybox"));
        Files.writeString(context.resolve("Dockerfile"), """
                FROM scratch
                COPY busybox /bin/busybox
                RUN ["/bin/busybox", "--install", "-s", "/bin"]
                RUN mkdir /data && echo built > /data/file && chown 1234:4321 /data/file && ln /data/file /data/link
                ENV GREETING=hello
                WORKDIR /data
                USER 1234
                ENTRYPOINT ["sh", "-c"]
                CMD ["echo $(stat -c %u:%g:%h link) $(cat link); echo $GREETING $PWD $(id -u)"]
                """);
        buildah("bud", "--isolation", "chroot", "--layers", "--tag", "localhost/built", context.toString());
        Files.writeString(context.resolve("Dockerfile"), "FROM scratch\nCOPY busybox /elsewhere\n");
        buildah("bud", "--platform", "linux/riscv64", "--tag", "localhost/foreign", context.toString());
        buildah("manifest", "create", "localhost/many");
        buildah("manifest", "add", "localhost/many", "localhost/foreign");
        buildah("manifest", "add", "localhost/many", "localhost/built");
        buildah("push", "--tls-verify=false", "localhost/built", docker("built:1"));
        buildah("manifest", "push", "--all", "--tls-verify=false", "localhost/many", docker("many:1"));
    }

    private String docker(String name) {
        return "docker://" + node.registryHost() + "/" + name;
    }

    private void buildah(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                "buildah",
                "--storage-driver=vfs",
                "--root=" + folder.resolve("buildah/storage"),
                "--runroot=" + folder.resolve("buildah/run")));
        command.addAll(List.of(arguments));
        run(command.toArray(String[]::new));
    }

    private void pull(String name) {
        node.images()
                .pullImage(PullImageRequest.newBuilder()
                        .setImage(ImageSpec.newBuilder().setImage(node.registryHost() + "/" + name))
                        .build());
    }

    /** Runs an image's own command; what it prints. */
    private List<String> runHere(String image) throws Exception {
        String name = "theirs-" + pods++;
        ContainerConfig.Builder config = CriNode.shell("main", "").clearCommand();
        config.getImageBuilder().setImage(image);
        String theirs = node.create(node.runPod(name), name, config);
        node.start(theirs);
        node.awaitExit(theirs);
        return Files.readAllLines(node.log(name, "main")).stream()
                .map(line -> line.split(" ", 4)[3])
                .toList();
    }
}
