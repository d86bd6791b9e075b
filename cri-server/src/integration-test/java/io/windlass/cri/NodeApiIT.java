package io.windlass.cri;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.BlockingClientCall;
import io.windlass.node.v1.Chunk;
import io.windlass.node.v1.CommitContainerRequest;
import io.windlass.node.v1.ContainerChange;
import io.windlass.node.v1.ContainerChangesRequest;
import io.windlass.node.v1.ExportContainerRequest;
import io.windlass.node.v1.ImportImageRequest;
import io.windlass.node.v1.InspectImageRequest;
import io.windlass.node.v1.LoadImagesResponse;
import io.windlass.node.v1.MakeImageResponse;
import io.windlass.node.v1.NewImage;
import io.windlass.node.v1.PruneImagesRequest;
import io.windlass.node.v1.PullImageProgress;
import io.windlass.node.v1.PullImageRequest;
import io.windlass.node.v1.PushImageRequest;
import io.windlass.node.v1.SaveImagesRequest;
import io.windlass.node.v1.VerifyImagesRequest;
import io.windlass.node.v1.VerifyImagesResponse;
import io.windlass.testkit.RequiresRoot;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The operator's socket of the built daemon, with a running container. */
@RequiresRoot
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init")
class NodeApiIT {
    @TempDir
    private static Path folder;

    private CriNode node;
    private String container;

    @BeforeAll
    void start() throws Exception {
        node = new CriNode(folder);
        node.pull();
        String pod = node.runPod("files");
        container = node.create(
                pod,
                "files",
                CriNode.shell("main", "echo made > /tmp/made; while true; do echo x >> /tmp/grows; sleep 0.01; done"));
        node.start(container);
        CriNode.await("the container's first file", () -> changes().contains("ADDED /tmp/grows"));
    }

    @AfterAll
    void end() {
        node.removePods();
        node.close();
    }

    private List<String> changes() {
        List<String> told = new ArrayList<>();
        Iterator<ContainerChange> all = node.operator()
                .containerChanges(ContainerChangesRequest.newBuilder()
                        .setContainerId(container.substring(0, 12))
                        .build());
        all.forEachRemaining(change -> told.add(change.getKind() + " " + change.getPath()));
        return told;
    }

    private long grown() {
        return node.exec(container, "cat", "/tmp/grows").getStdout().size();
    }

    @Test
    void the_socket_is_roots_alone() throws Exception {
        assertThat(Files.getPosixFilePermissions(node.state().resolve("node.sock")))
                .isEqualTo(PosixFilePermissions.fromString("rw-------"));
    }

    @Test
    void a_running_container_is_compared_committed_and_goes_on() throws Exception {
        assertThat(changes()).contains("CHANGED /tmp", "ADDED /tmp/made");

        String id = node.operator()
                .commitContainer(CommitContainerRequest.newBuilder()
                        .setContainerId(container)
                        .setImage(NewImage.newBuilder()
                                .setReference("example.org/made:1")
                                .addChanges("CMD [\"cat\", \"/tmp/made\"]"))
                        .build())
                .getId();

        long then = grown();
        CriNode.await("the container to go on", () -> grown() > then);
        String pod = node.runPod("made");
        var config = CriNode.shell("main", "").clearCommand();
        config.getImageBuilder().setImage("example.org/made:1");
        String again = node.create(pod, "made", config);
        node.start(again);
        node.awaitExit(again);
        assertThat(node.status(again).getImageRef()).isNotEmpty();
        assertThat(Files.readString(node.log("made", "main"))).contains("stdout F made");
        assertThat(node.operator()
                        .inspectImage(InspectImageRequest.newBuilder()
                                .setImage("example.org/made:1")
                                .build())
                        .getId())
                .isEqualTo(id);
    }

    @Test
    void a_pull_tells_its_requests_also_when_it_fails() {
        List<PullImageProgress> told = new ArrayList<>();
        node.operator()
                .pullImage(PullImageRequest.newBuilder().setImage(CriNode.IMAGE).build())
                .forEachRemaining(told::add);
        assertThat(told.getLast().getState()).isEqualTo("DONE");
        assertThat(told.getLast().getImageRef()).startsWith("sha256:");
        assertThat(told.getLast().getRequests(0).getStatus()).isEqualTo(200);
        told.clear();

        Iterator<PullImageProgress> failing = node.operator()
                .pullImage(PullImageRequest.newBuilder()
                        .setImage(node.registryHost() + "/nothing:here")
                        .build());
        assertThatThrownBy(() -> failing.forEachRemaining(told::add)).hasMessageContaining("cannot pull image");
        assertThat(told.getLast().getState()).isEqualTo("FAILED");
        assertThat(told.getLast().getRequestsList())
                .anySatisfy(request -> assertThat(request.getStatus()).isEqualTo(404));
    }

    @Test
    void a_running_container_is_exported_without_its_mounts() throws Exception {
        Path archive = folder.resolve("exported.tar");
        try (var out = Files.newOutputStream(archive)) {
            Iterator<Chunk> chunks = node.operator()
                    .exportContainer(ExportContainerRequest.newBuilder()
                            .setContainerId(container)
                            .build());
            while (chunks.hasNext()) {
                chunks.next().getData().writeTo(out);
            }
        }
        Process list = new ProcessBuilder("tar", "-tf", archive.toString()).start();

        assertThat(new String(list.getInputStream().readAllBytes(), StandardCharsets.UTF_8).lines())
                .contains("bin/busybox", "tmp/made", "proc/", "dev/")
                .noneMatch(name -> name.startsWith("proc/1"));
    }

    @Test
    void images_are_pushed_saved_loaded_imported_and_pruned() throws Exception {
        String host = node.registryHost();
        var pushed = node.operator()
                .pushImage(PushImageRequest.newBuilder()
                        .setImage(CriNode.IMAGE)
                        .setDestination(host + "/copied:1")
                        .build());
        assertThat(pushed.getUploaded()).isPositive();
        List<ByteString> saved = new ArrayList<>();
        node.operator()
                .saveImages(
                        SaveImagesRequest.newBuilder().addImages(CriNode.IMAGE).build())
                .forEachRemaining(chunk -> saved.add(chunk.getData()));

        BlockingClientCall<Chunk, LoadImagesResponse> loading =
                node.operatorStreams().loadImages();
        for (ByteString part : saved) {
            loading.write(Chunk.newBuilder().setData(part).build());
        }
        loading.halfClose();
        LoadImagesResponse loaded = loading.read();
        assertThat(loaded).isNotNull();
        assertThat(loaded.getImages(0).getNamesList()).contains(CriNode.IMAGE);

        BlockingClientCall<ImportImageRequest, MakeImageResponse> importing =
                node.operatorStreams().importImage();
        importing.write(ImportImageRequest.newBuilder()
                .setImage(NewImage.newBuilder().setReference("example.org/imported:1"))
                .build());
        for (ByteString part : saved) {
            importing.write(ImportImageRequest.newBuilder().setData(part).build());
        }
        importing.halfClose();
        assertThat(importing.read()).isNotNull();
        assertThat(node.operator()
                        .pruneImages(PruneImagesRequest.getDefaultInstance())
                        .getImagesList())
                .anySatisfy(image -> assertThat(image.getNamesList()).contains("example.org/imported:1"))
                .noneSatisfy(image -> assertThat(image.getNamesList()).contains(CriNode.IMAGE));
    }

    @Test
    void the_store_is_examined_and_what_is_bad_is_fetched_again() throws Exception {
        VerifyImagesResponse clean = node.operator().verifyImages(VerifyImagesRequest.getDefaultInstance());
        assertThat(clean.getBlobs()).isPositive();
        assertThat(clean.getLayersCompared()).isPositive();
        assertThat(clean.getDamagesList()).isEmpty();

        Path blob;
        try (Stream<Path> blobs = Files.walk(node.root())) {
            blob = blobs.filter(path -> path.toString().contains("/blobs/sha256/") && Files.isRegularFile(path))
                    .max(Comparator.comparingLong(path -> path.toFile().length()))
                    .orElseThrow();
        }
        byte[] content = Files.readAllBytes(blob);
        Files.write(blob, Arrays.copyOf(content, content.length / 2));

        VerifyImagesResponse seen = node.operator().verifyImages(VerifyImagesRequest.getDefaultInstance());
        assertThat(seen.getDamagesList()).singleElement().satisfies(damage -> {
            assertThat(damage.getKind()).isEqualTo("TRUNCATED");
            assertThat(damage.getRepair()).isEqualTo("NOT_ASKED");
            assertThat(damage.getImagesList()).contains(CriNode.IMAGE);
        });
        VerifyImagesResponse repaired = node.operator()
                .verifyImages(VerifyImagesRequest.newBuilder().setRepair(true).build());
        assertThat(repaired.getDamages(0).getRepair())
                .as(repaired.getDamages(0).getRepairDetail())
                .isEqualTo("DONE");
        assertThat(Files.readAllBytes(blob)).isEqualTo(content);
    }

    @Test
    void what_is_no_archive_and_what_is_not_here_is_refused_by_name() throws Exception {
        BlockingClientCall<Chunk, LoadImagesResponse> loading =
                node.operatorStreams().loadImages();
        loading.write(Chunk.newBuilder()
                .setData(ByteString.copyFromUtf8("x".repeat(2000)))
                .build());
        loading.halfClose();
        assertThatThrownBy(loading::read).hasMessageContaining("the archive cannot be read");
        assertThatThrownBy(() -> node.operator()
                        .commitContainer(CommitContainerRequest.newBuilder()
                                .setContainerId("feed")
                                .setImage(NewImage.newBuilder().setReference("a:1"))
                                .build()))
                .isInstanceOf(StatusRuntimeException.class)
                .hasMessageContaining("feed");
    }
}
