package io.windlass.cri;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.cri.v1.ContainerStats;
import io.windlass.cri.v1.ContainerStatsFilter;
import io.windlass.cri.v1.ContainerStatsRequest;
import io.windlass.cri.v1.ContainerStatusRequest;
import io.windlass.cri.v1.FilesystemUsage;
import io.windlass.cri.v1.Image;
import io.windlass.cri.v1.ImageFsInfoRequest;
import io.windlass.cri.v1.ImageFsInfoResponse;
import io.windlass.cri.v1.ImageSpec;
import io.windlass.cri.v1.ImageStatusRequest;
import io.windlass.cri.v1.ImageStatusResponse;
import io.windlass.cri.v1.ListContainerStatsRequest;
import io.windlass.cri.v1.ListImagesRequest;
import io.windlass.cri.v1.ListMetricDescriptorsRequest;
import io.windlass.cri.v1.ListPodSandboxMetricsRequest;
import io.windlass.cri.v1.ListPodSandboxStatsRequest;
import io.windlass.cri.v1.Metric;
import io.windlass.cri.v1.MetricDescriptor;
import io.windlass.cri.v1.PodSandboxConfig;
import io.windlass.cri.v1.PodSandboxStats;
import io.windlass.cri.v1.PodSandboxStatsFilter;
import io.windlass.cri.v1.PodSandboxStatsRequest;
import io.windlass.cri.v1.PodSandboxStatusRequest;
import io.windlass.cri.v1.PullImageRequest;
import io.windlass.cri.v1.RemoveImageRequest;
import io.windlass.cri.v1.StatusRequest;
import io.windlass.cri.v1.StreamContainerStatsRequest;
import io.windlass.cri.v1.StreamContainersRequest;
import io.windlass.cri.v1.StreamImagesRequest;
import io.windlass.cri.v1.StreamPodSandboxMetricsRequest;
import io.windlass.cri.v1.StreamPodSandboxStatsRequest;
import io.windlass.cri.v1.StreamPodSandboxesRequest;
import io.windlass.testkit.RequiresRoot;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** What lists, streams, statistics and images answer over the CRI socket of the built daemon, with two pods on the node. */
@RequiresRoot
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init")
class QueriesIT {
    @TempDir
    private static Path folder;

    private CriNode node;
    private String image;
    private String firstPod;
    private String secondPod;
    private String first;
    private String second;

    @BeforeAll
    void start() throws Exception {
        node = new CriNode(folder);
        image = node.pull();
        firstPod = node.runPod("first");
        secondPod = node.runPod("second");
        first = run(firstPod, "first");
        second = run(secondPod, "second");
    }

    private String run(String pod, String podName) {
        String id =
                node.create(pod, podName, CriNode.shell("main", "sleep 100000").putLabels("of", podName));
        node.start(id);
        return id;
    }

    @AfterAll
    void stop() throws Exception {
        try (CriNode ended = node) {
            ended.removePods();
            assertThat(ended.end()).isIn(0, 143);
        }
    }

    @Test
    void listsCanBeStreamed() {
        assertThat(all(
                        node.runtime().streamPodSandboxes(StreamPodSandboxesRequest.getDefaultInstance()),
                        batch -> batch.getPodSandboxesList()))
                .containsExactlyElementsOf(node.pods())
                .hasSize(2);
        StreamContainersRequest.Builder ofOne = StreamContainersRequest.newBuilder();
        ofOne.getFilterBuilder().setPodSandboxId(secondPod);
        assertThat(all(node.runtime().streamContainers(ofOne.build()), batch -> batch.getContainersList()))
                .extracting(container -> container.getId())
                .containsExactly(second);
        assertThat(all(
                        node.runtime().streamContainerStats(StreamContainerStatsRequest.getDefaultInstance()),
                        batch -> batch.getContainerStatsList()))
                .extracting(stats -> stats.getAttributes().getId())
                .containsExactlyInAnyOrder(first, second);
        assertThat(all(
                        node.runtime().streamPodSandboxStats(StreamPodSandboxStatsRequest.getDefaultInstance()),
                        batch -> batch.getPodSandboxStatsList()))
                .extracting(stats -> stats.getAttributes().getId())
                .containsExactlyInAnyOrder(firstPod, secondPod);
        assertThat(all(
                        node.runtime().streamPodSandboxMetrics(StreamPodSandboxMetricsRequest.getDefaultInstance()),
                        batch -> batch.getPodSandboxMetricsList()))
                .extracting(metrics -> metrics.getPodSandboxId())
                .containsExactlyInAnyOrder(firstPod, secondPod);
        assertThat(all(
                        node.images().streamImages(StreamImagesRequest.getDefaultInstance()),
                        batch -> batch.getImagesList()))
                .extracting(Image::getId)
                .containsExactly(image);
    }

    private static <B, T> List<T> all(Iterator<B> batches, Function<B, List<T>> content) {
        List<T> found = new ArrayList<>();
        batches.forEachRemaining(batch -> {
            assertThat(content.apply(batch)).isNotEmpty();
            found.addAll(content.apply(batch));
        });
        return found;
    }

    @Test
    void statsAreFiltered() {
        assertThat(containers(ContainerStatsFilter.newBuilder())).containsExactlyInAnyOrder(first, second);
        assertThat(containers(ContainerStatsFilter.newBuilder().setId(first.substring(0, 20))))
                .containsExactly(first);
        assertThat(containers(ContainerStatsFilter.newBuilder().setPodSandboxId(secondPod)))
                .containsExactly(second);
        assertThat(containers(ContainerStatsFilter.newBuilder().putLabelSelector("of", "first")))
                .containsExactly(first);
        assertThat(pods(PodSandboxStatsFilter.newBuilder())).containsExactlyInAnyOrder(firstPod, secondPod);
        assertThat(pods(PodSandboxStatsFilter.newBuilder().setId(secondPod.substring(0, 20))))
                .containsExactly(secondPod);
        assertThat(pods(PodSandboxStatsFilter.newBuilder().putLabelSelector("no", "such")))
                .isEmpty();
    }

    @Test
    void everySampleHasTheLabelsOfItsDescriptor() {
        Map<String, Integer> labels = node
                .runtime()
                .listMetricDescriptors(ListMetricDescriptorsRequest.getDefaultInstance())
                .getDescriptorsList()
                .stream()
                .collect(Collectors.toMap(MetricDescriptor::getName, MetricDescriptor::getLabelKeysCount));
        List<Metric> samples = node
                .runtime()
                .listPodSandboxMetrics(ListPodSandboxMetricsRequest.getDefaultInstance())
                .getPodMetricsList()
                .stream()
                .flatMap(pod -> Stream.concat(
                        pod.getMetricsList().stream(),
                        pod.getContainerMetricsList().stream()
                                .flatMap(container -> container.getMetricsList().stream())))
                .toList();
        assertThat(samples)
                .extracting(Metric::getName)
                .contains("container_memory_rss", "container_network_receive_bytes_total");
        assertThat(samples).allSatisfy(sample -> {
            assertThat(sample.getLabelValuesCount()).as(sample.getName()).isEqualTo(labels.get(sample.getName()));
            assertThat(sample.getTimestamp()).isPositive();
        });
    }

    @Test
    void whatImagesTakeAndWhatContainersTakeIsToldApart() {
        node.exec(first, "sh", "-c", "head -c 3000000 /dev/zero > /tmp/written");
        ImageFsInfoResponse answer = node.images().imageFsInfo(ImageFsInfoRequest.getDefaultInstance());
        assertThat(answer.getImageFilesystems(0).getUsedBytes().getValue()).isGreaterThan(500_000);
        FilesystemUsage containers = answer.getContainerFilesystems(0);
        assertThat(containers.getFsId().getMountpoint())
                .isEqualTo(answer.getImageFilesystems(0).getFsId().getMountpoint());
        assertThat(containers.getTimestamp()).isPositive();
        assertThat(containers.getInodesUsed().getValue()).isPositive();
    }

    private List<String> containers(ContainerStatsFilter.Builder filter) {
        return node
                .runtime()
                .listContainerStats(
                        ListContainerStatsRequest.newBuilder().setFilter(filter).build())
                .getStatsList()
                .stream()
                .map(ContainerStats::getAttributes)
                .map(attributes -> attributes.getId())
                .toList();
    }

    private List<String> pods(PodSandboxStatsFilter.Builder filter) {
        return node
                .runtime()
                .listPodSandboxStats(ListPodSandboxStatsRequest.newBuilder()
                        .setFilter(filter)
                        .build())
                .getStatsList()
                .stream()
                .map(PodSandboxStats::getAttributes)
                .map(attributes -> attributes.getId())
                .toList();
    }

    @Test
    void whatIsUnknownIsNotFound() {
        String unknown = "0".repeat(64);
        String pod = "NOT_FOUND: cannot find pod sandbox " + unknown + ": none has that id";
        String container = "NOT_FOUND: cannot find container " + unknown + ": none has that id";
        assertThatThrownBy(() -> node.runtime()
                        .podSandboxStatus(PodSandboxStatusRequest.newBuilder()
                                .setPodSandboxId(unknown)
                                .build()))
                .hasMessage(pod);
        assertThatThrownBy(() -> node.runtime()
                        .podSandboxStats(PodSandboxStatsRequest.newBuilder()
                                .setPodSandboxId(unknown)
                                .build()))
                .hasMessage(pod);
        assertThatThrownBy(() -> node.runtime()
                        .containerStatus(ContainerStatusRequest.newBuilder()
                                .setContainerId(unknown)
                                .build()))
                .hasMessage(container);
        assertThatThrownBy(() -> node.runtime()
                        .containerStats(ContainerStatsRequest.newBuilder()
                                .setContainerId(unknown)
                                .build()))
                .hasMessage(container);
    }

    @Test
    void theVerboseStatusTellsOfPullsAndOfWhatIsWrongWithTheNodesFiles() throws Exception {
        assertThat(pulls())
                .contains("\"running\":[]")
                .contains("{\"image\":\"" + CriNode.IMAGE + "\",\"state\":\"DONE\"");
        Path file =
                Files.createDirectories(folder.resolve("certs.d/broken.test")).resolve("hosts.toml");
        Files.writeString(file, "server = 1\n");

        assertThatThrownBy(() -> node.images()
                        .pullImage(PullImageRequest.newBuilder()
                                .setImage(named("broken.test/a:1"))
                                .build()))
                .hasMessageContaining("cannot pull image broken.test/a:1: the configuration is wrong: " + file
                        + ":1: server: must be a text");

        assertThat(pulls()).contains(file + ":1: server: must be a text").contains("\"state\":\"FAILED\"");
    }

    private String pulls() {
        return node.runtime()
                .status(StatusRequest.newBuilder().setVerbose(true).build())
                .getInfoOrThrow("pulls");
    }

    @Test
    void imagesAreFoundByTheirNamesAndIds() {
        for (String name : List.of(CriNode.IMAGE, image, image.substring("sha256:".length(), 20))) {
            assertThat(status(name).getImage().getId()).isEqualTo(image);
            ListImagesRequest.Builder wanted = ListImagesRequest.newBuilder();
            wanted.getFilterBuilder().getImageBuilder().setImage(name);
            assertThat(node.images().listImages(wanted.build()).getImagesList())
                    .extracting(Image::getId)
                    .containsExactly(image);
        }
        assertThat(status(CriNode.IMAGE).getInfoOrThrow("info")).contains("\"architecture\"");
        assertThat(status("registry.test/other:1").hasImage()).isFalse();
        node.images()
                .removeImage(RemoveImageRequest.newBuilder()
                        .setImage(named("registry.test/other:1"))
                        .build());
        assertThatThrownBy(() -> status("")).hasMessageContaining("field image.image is empty");
    }

    @Test
    void anImageIsPulledTheSameWhateverIsSaidOfThePod() {
        PullImageRequest request = PullImageRequest.newBuilder()
                .setImage(named(CriNode.IMAGE))
                .setSandboxConfig(PodSandboxConfig.getDefaultInstance())
                .build();
        assertThat(node.images().pullImage(request).getImageRef()).isEqualTo(image);
    }

    private ImageStatusResponse status(String name) {
        return node.images()
                .imageStatus(ImageStatusRequest.newBuilder()
                        .setImage(named(name))
                        .setVerbose(true)
                        .build());
    }

    private static ImageSpec named(String name) {
        return ImageSpec.newBuilder().setImage(name).build();
    }
}
