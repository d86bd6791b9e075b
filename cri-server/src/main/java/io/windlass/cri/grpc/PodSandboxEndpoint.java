package io.windlass.cri.grpc;

import io.windlass.cri.mapping.ContainerMapping;
import io.windlass.cri.mapping.ContainerStatusMapping;
import io.windlass.cri.mapping.PodSandboxMapping;
import io.windlass.cri.mapping.ResourcesMapping;
import io.windlass.cri.mapping.Times;
import io.windlass.cri.server.RpcTable;
import io.windlass.cri.v1.CheckpointPodRequest;
import io.windlass.cri.v1.CheckpointPodResponse;
import io.windlass.cri.v1.ListPodSandboxRequest;
import io.windlass.cri.v1.ListPodSandboxResponse;
import io.windlass.cri.v1.PodSandbox;
import io.windlass.cri.v1.PodSandboxFilter;
import io.windlass.cri.v1.PodSandboxStatusRequest;
import io.windlass.cri.v1.PodSandboxStatusResponse;
import io.windlass.cri.v1.RemovePodSandboxRequest;
import io.windlass.cri.v1.RemovePodSandboxResponse;
import io.windlass.cri.v1.RestorePodRequest;
import io.windlass.cri.v1.RestorePodResponse;
import io.windlass.cri.v1.RunPodSandboxRequest;
import io.windlass.cri.v1.RunPodSandboxResponse;
import io.windlass.cri.v1.RuntimeServiceGrpc;
import io.windlass.cri.v1.StopPodSandboxRequest;
import io.windlass.cri.v1.StopPodSandboxResponse;
import io.windlass.cri.v1.StreamPodSandboxesRequest;
import io.windlass.cri.v1.StreamPodSandboxesResponse;
import io.windlass.cri.v1.UpdatePodSandboxResourcesRequest;
import io.windlass.cri.v1.UpdatePodSandboxResourcesResponse;
import io.windlass.pod.Pods;
import io.windlass.pod.sandbox.RestorePod;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** The RPCs about pod sandboxes. Thread-safe. */
public final class PodSandboxEndpoint implements RpcTable.Endpoint {
    private final Pods pods;

    public PodSandboxEndpoint(Pods pods) {
        this.pods = pods;
    }

    @Override
    public void register(RpcTable table) {
        table
                .unary(RuntimeServiceGrpc.getRunPodSandboxMethod(), this::run)
                .unary(RuntimeServiceGrpc.getStopPodSandboxMethod(), this::stop)
                .unary(RuntimeServiceGrpc.getRemovePodSandboxMethod(), this::remove)
                .unary(RuntimeServiceGrpc.getPodSandboxStatusMethod(), this::status)
                .unary(RuntimeServiceGrpc.getUpdatePodSandboxResourcesMethod(), this::update)
                .unary(RuntimeServiceGrpc.getListPodSandboxMethod(), this::list)
                .stream(RuntimeServiceGrpc.getStreamPodSandboxesMethod(), this::stream)
                .unary(RuntimeServiceGrpc.getCheckpointPodMethod(), this::checkpoint)
                .unary(RuntimeServiceGrpc.getRestorePodMethod(), this::restore);
    }

    private RunPodSandboxResponse run(RunPodSandboxRequest request) {
        String id = pods.runPodSandbox()
                .run(PodSandboxMapping.fromWire(request.getConfig()), request.getRuntimeHandler())
                .value();
        return RunPodSandboxResponse.newBuilder().setPodSandboxId(id).build();
    }

    private StopPodSandboxResponse stop(StopPodSandboxRequest request) {
        pods.stopPodSandbox().stop(request.getPodSandboxId());
        return StopPodSandboxResponse.getDefaultInstance();
    }

    private RemovePodSandboxResponse remove(RemovePodSandboxRequest request) {
        pods.removePodSandbox().remove(request.getPodSandboxId());
        return RemovePodSandboxResponse.getDefaultInstance();
    }

    private UpdatePodSandboxResourcesResponse update(UpdatePodSandboxResourcesRequest request) {
        pods.updatePodSandboxResources()
                .update(
                        request.getPodSandboxId(),
                        request.hasOverhead()
                                ? Optional.of(ResourcesMapping.fromWire(request.getOverhead()))
                                : Optional.empty(),
                        request.hasResources()
                                ? Optional.of(ResourcesMapping.fromWire(request.getResources()))
                                : Optional.empty());
        return UpdatePodSandboxResourcesResponse.getDefaultInstance();
    }

    private CheckpointPodResponse checkpoint(CheckpointPodRequest request) {
        pods.checkpointPod()
                .checkpoint(
                        request.getPodSandboxId(),
                        request.getOutputPath(),
                        request.getContainerIdsList(),
                        request.getOptionsMap());
        return CheckpointPodResponse.getDefaultInstance();
    }

    private RestorePodResponse restore(RestorePodRequest request) {
        RestorePod.Restored restored = pods.restorePod()
                .restore(
                        request.getCheckpointPath(),
                        PodSandboxMapping.fromWire(request.getConfig()),
                        request.getRuntimeHandler(),
                        request.getOptionsMap(),
                        request.getContainerConfigsList().stream()
                                .map(ContainerMapping::fromWire)
                                .toList());
        RestorePodResponse.Builder answer = RestorePodResponse.newBuilder()
                .setPodSandboxId(restored.sandbox().value());
        restored.containers()
                .forEach((name, id) ->
                        answer.addRestoredContainersBuilder().setName(name).setContainerId(id.value()));
        return answer.build();
    }

    private PodSandboxStatusResponse status(PodSandboxStatusRequest request) {
        String id = request.getPodSandboxId();
        PodSandboxStatusResponse.Builder answer = PodSandboxStatusResponse.newBuilder()
                .setStatus(PodSandboxMapping.toWire(pods.podSandboxStatus().status(id)))
                .setTimestamp(Times.nanos(Instant.now()));
        pods.podSandboxStatus()
                .containers(id)
                .forEach(container -> answer.addContainersStatuses(ContainerStatusMapping.toWire(container)));
        if (request.getVerbose()) {
            answer.putAllInfo(pods.podSandboxStatus().info(id));
        }
        return answer.build();
    }

    private ListPodSandboxResponse list(ListPodSandboxRequest request) {
        return ListPodSandboxResponse.newBuilder()
                .addAllItems(find(request.getFilter()))
                .build();
    }

    private void stream(StreamPodSandboxesRequest request, Consumer<StreamPodSandboxesResponse> sink) {
        Batches.send(
                find(request.getFilter()),
                batch -> sink.accept(StreamPodSandboxesResponse.newBuilder()
                        .addAllPodSandboxes(batch)
                        .build()));
    }

    private List<PodSandbox> find(PodSandboxFilter filter) {
        return pods.listPodSandboxes().list(PodSandboxMapping.fromWire(filter)).stream()
                .map(PodSandboxMapping::listed)
                .toList();
    }
}
