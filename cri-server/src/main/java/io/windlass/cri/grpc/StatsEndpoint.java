package io.windlass.cri.grpc;

import io.windlass.cri.mapping.MetricsMapping;
import io.windlass.cri.mapping.StatsMapping;
import io.windlass.cri.server.RpcTable;
import io.windlass.cri.v1.ContainerStats;
import io.windlass.cri.v1.ContainerStatsFilter;
import io.windlass.cri.v1.ContainerStatsRequest;
import io.windlass.cri.v1.ContainerStatsResponse;
import io.windlass.cri.v1.ListContainerStatsRequest;
import io.windlass.cri.v1.ListContainerStatsResponse;
import io.windlass.cri.v1.ListMetricDescriptorsRequest;
import io.windlass.cri.v1.ListMetricDescriptorsResponse;
import io.windlass.cri.v1.ListPodSandboxMetricsRequest;
import io.windlass.cri.v1.ListPodSandboxMetricsResponse;
import io.windlass.cri.v1.ListPodSandboxStatsRequest;
import io.windlass.cri.v1.ListPodSandboxStatsResponse;
import io.windlass.cri.v1.PodSandboxMetrics;
import io.windlass.cri.v1.PodSandboxStats;
import io.windlass.cri.v1.PodSandboxStatsFilter;
import io.windlass.cri.v1.PodSandboxStatsRequest;
import io.windlass.cri.v1.PodSandboxStatsResponse;
import io.windlass.cri.v1.RuntimeServiceGrpc;
import io.windlass.cri.v1.StreamContainerStatsRequest;
import io.windlass.cri.v1.StreamContainerStatsResponse;
import io.windlass.cri.v1.StreamPodSandboxMetricsRequest;
import io.windlass.cri.v1.StreamPodSandboxMetricsResponse;
import io.windlass.cri.v1.StreamPodSandboxStatsRequest;
import io.windlass.cri.v1.StreamPodSandboxStatsResponse;
import io.windlass.pod.Pods;
import java.util.List;
import java.util.function.Consumer;

/** The RPCs about what pods and containers use. Thread-safe. */
public final class StatsEndpoint implements RpcTable.Endpoint {
    private final Pods pods;

    public StatsEndpoint(Pods pods) {
        this.pods = pods;
    }

    @Override
    public void register(RpcTable table) {
        table
                .unary(RuntimeServiceGrpc.getContainerStatsMethod(), this::container)
                .unary(RuntimeServiceGrpc.getListContainerStatsMethod(), this::containers)
                .stream(RuntimeServiceGrpc.getStreamContainerStatsMethod(), this::streamContainers)
                .unary(RuntimeServiceGrpc.getPodSandboxStatsMethod(), this::podSandbox)
                .unary(RuntimeServiceGrpc.getListPodSandboxStatsMethod(), this::podSandboxes)
                .stream(RuntimeServiceGrpc.getStreamPodSandboxStatsMethod(), this::streamPodSandboxes)
                .unary(RuntimeServiceGrpc.getListMetricDescriptorsMethod(), this::metricDescriptors)
                .unary(RuntimeServiceGrpc.getListPodSandboxMetricsMethod(), this::metrics)
                .stream(RuntimeServiceGrpc.getStreamPodSandboxMetricsMethod(), this::streamMetrics);
    }

    private ContainerStatsResponse container(ContainerStatsRequest request) {
        return ContainerStatsResponse.newBuilder()
                .setStats(StatsMapping.toWire(pods.containerStats().stats(request.getContainerId())))
                .build();
    }

    private ListContainerStatsResponse containers(ListContainerStatsRequest request) {
        return ListContainerStatsResponse.newBuilder()
                .addAllStats(find(request.getFilter()))
                .build();
    }

    private void streamContainers(StreamContainerStatsRequest request, Consumer<StreamContainerStatsResponse> sink) {
        Batches.send(
                find(request.getFilter()),
                batch -> sink.accept(StreamContainerStatsResponse.newBuilder()
                        .addAllContainerStats(batch)
                        .build()));
    }

    private PodSandboxStatsResponse podSandbox(PodSandboxStatsRequest request) {
        return PodSandboxStatsResponse.newBuilder()
                .setStats(StatsMapping.toWire(pods.podSandboxStats().stats(request.getPodSandboxId())))
                .build();
    }

    private ListPodSandboxStatsResponse podSandboxes(ListPodSandboxStatsRequest request) {
        return ListPodSandboxStatsResponse.newBuilder()
                .addAllStats(find(request.getFilter()))
                .build();
    }

    private void streamPodSandboxes(
            StreamPodSandboxStatsRequest request, Consumer<StreamPodSandboxStatsResponse> sink) {
        Batches.send(
                find(request.getFilter()),
                batch -> sink.accept(StreamPodSandboxStatsResponse.newBuilder()
                        .addAllPodSandboxStats(batch)
                        .build()));
    }

    private ListMetricDescriptorsResponse metricDescriptors(ListMetricDescriptorsRequest request) {
        return ListMetricDescriptorsResponse.newBuilder()
                .addAllDescriptors(pods.podMetrics().descriptors().stream()
                        .map(MetricsMapping::toWire)
                        .toList())
                .build();
    }

    private ListPodSandboxMetricsResponse metrics(ListPodSandboxMetricsRequest request) {
        return ListPodSandboxMetricsResponse.newBuilder()
                .addAllPodMetrics(metrics())
                .build();
    }

    private void streamMetrics(StreamPodSandboxMetricsRequest request, Consumer<StreamPodSandboxMetricsResponse> sink) {
        Batches.send(
                metrics(),
                batch -> sink.accept(StreamPodSandboxMetricsResponse.newBuilder()
                        .addAllPodSandboxMetrics(batch)
                        .build()));
    }

    private List<PodSandboxMetrics> metrics() {
        return pods.podMetrics().list().stream().map(MetricsMapping::toWire).toList();
    }

    private List<ContainerStats> find(ContainerStatsFilter filter) {
        return pods.containerStats().list(StatsMapping.fromWire(filter)).stream()
                .map(StatsMapping::toWire)
                .toList();
    }

    private List<PodSandboxStats> find(PodSandboxStatsFilter filter) {
        return pods.podSandboxStats().list(StatsMapping.fromWire(filter)).stream()
                .map(StatsMapping::toWire)
                .toList();
    }
}
