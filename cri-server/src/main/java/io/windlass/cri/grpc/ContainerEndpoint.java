package io.windlass.cri.grpc;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.windlass.cri.mapping.ContainerMapping;
import io.windlass.cri.mapping.ContainerStatusMapping;
import io.windlass.cri.mapping.PodSandboxMapping;
import io.windlass.cri.mapping.ResourcesMapping;
import io.windlass.cri.server.RpcTable;
import io.windlass.cri.v1.CheckpointContainerRequest;
import io.windlass.cri.v1.CheckpointContainerResponse;
import io.windlass.cri.v1.Container;
import io.windlass.cri.v1.ContainerFilter;
import io.windlass.cri.v1.ContainerStatusRequest;
import io.windlass.cri.v1.ContainerStatusResponse;
import io.windlass.cri.v1.CreateContainerRequest;
import io.windlass.cri.v1.CreateContainerResponse;
import io.windlass.cri.v1.ExecSyncRequest;
import io.windlass.cri.v1.ExecSyncResponse;
import io.windlass.cri.v1.ListContainersRequest;
import io.windlass.cri.v1.ListContainersResponse;
import io.windlass.cri.v1.RemoveContainerRequest;
import io.windlass.cri.v1.RemoveContainerResponse;
import io.windlass.cri.v1.ReopenContainerLogRequest;
import io.windlass.cri.v1.ReopenContainerLogResponse;
import io.windlass.cri.v1.RuntimeServiceGrpc;
import io.windlass.cri.v1.StartContainerRequest;
import io.windlass.cri.v1.StartContainerResponse;
import io.windlass.cri.v1.StopContainerRequest;
import io.windlass.cri.v1.StopContainerResponse;
import io.windlass.cri.v1.StreamContainersRequest;
import io.windlass.cri.v1.StreamContainersResponse;
import io.windlass.cri.v1.UpdateContainerResourcesRequest;
import io.windlass.cri.v1.UpdateContainerResourcesResponse;
import io.windlass.fault.Fault;
import io.windlass.pod.Pods;
import io.windlass.pod.container.CreateContainer;
import io.windlass.pod.container.ExecSyncResult;
import io.windlass.pod.model.ContainerConfig;
import io.windlass.pod.model.ContainerId;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/** The RPCs about containers, but for streaming and stats. Thread-safe. */
public final class ContainerEndpoint implements RpcTable.Endpoint {
    private final Pods pods;

    public ContainerEndpoint(Pods pods) {
        this.pods = pods;
    }

    @Override
    public void register(RpcTable table) {
        table
                .unary(RuntimeServiceGrpc.getCreateContainerMethod(), this::create)
                .unary(RuntimeServiceGrpc.getStartContainerMethod(), this::start)
                .unary(RuntimeServiceGrpc.getStopContainerMethod(), this::stop)
                .unary(RuntimeServiceGrpc.getRemoveContainerMethod(), this::remove)
                .unary(RuntimeServiceGrpc.getContainerStatusMethod(), this::status)
                .unary(RuntimeServiceGrpc.getListContainersMethod(), this::list)
                .stream(RuntimeServiceGrpc.getStreamContainersMethod(), this::stream)
                .unary(RuntimeServiceGrpc.getUpdateContainerResourcesMethod(), this::update)
                .unary(RuntimeServiceGrpc.getReopenContainerLogMethod(), this::reopenLog)
                .unary(RuntimeServiceGrpc.getExecSyncMethod(), this::execSync)
                .unary(RuntimeServiceGrpc.getCheckpointContainerMethod(), this::checkpoint);
    }

    private CreateContainerResponse create(CreateContainerRequest request) {
        ContainerConfig config = ContainerMapping.fromWire(request.getConfig());
        CreateContainer creation = pods.createContainer();
        ContainerId id = request.hasSandboxConfig()
                ? creation.create(
                        request.getPodSandboxId(), config, PodSandboxMapping.fromWire(request.getSandboxConfig()))
                : creation.create(request.getPodSandboxId(), config);
        return CreateContainerResponse.newBuilder().setContainerId(id.value()).build();
    }

    private StartContainerResponse start(StartContainerRequest request) {
        pods.startContainer().start(request.getContainerId());
        return StartContainerResponse.getDefaultInstance();
    }

    private StopContainerResponse stop(StopContainerRequest request) {
        pods.stopContainer().stop(request.getContainerId(), seconds("StopContainer", request.getTimeout()));
        return StopContainerResponse.getDefaultInstance();
    }

    private RemoveContainerResponse remove(RemoveContainerRequest request) {
        pods.removeContainer().remove(request.getContainerId());
        return RemoveContainerResponse.getDefaultInstance();
    }

    private ContainerStatusResponse status(ContainerStatusRequest request) {
        String id = request.getContainerId();
        ContainerStatusResponse.Builder answer = ContainerStatusResponse.newBuilder()
                .setStatus(ContainerStatusMapping.toWire(pods.containerStatus().status(id)));
        if (request.getVerbose()) {
            answer.putAllInfo(pods.containerStatus().info(id));
        }
        return answer.build();
    }

    private ListContainersResponse list(ListContainersRequest request) {
        return ListContainersResponse.newBuilder()
                .addAllContainers(find(request.getFilter()))
                .build();
    }

    private void stream(StreamContainersRequest request, Consumer<StreamContainersResponse> sink) {
        Batches.send(
                find(request.getFilter()),
                batch -> sink.accept(StreamContainersResponse.newBuilder()
                        .addAllContainers(batch)
                        .build()));
    }

    private UpdateContainerResourcesResponse update(UpdateContainerResourcesRequest request) {
        if (request.hasWindows()) {
            throw Fault.invalid(
                    "cannot update container " + request.getContainerId() + ": field windows is for Windows nodes");
        }
        pods.updateContainerResources()
                .update(
                        request.getContainerId(),
                        ResourcesMapping.fromWire(request.getLinux()),
                        request.getAnnotationsMap());
        return UpdateContainerResourcesResponse.getDefaultInstance();
    }

    private ReopenContainerLogResponse reopenLog(ReopenContainerLogRequest request) {
        pods.reopenContainerLog().reopen(request.getContainerId());
        return ReopenContainerLogResponse.getDefaultInstance();
    }

    private CheckpointContainerResponse checkpoint(CheckpointContainerRequest request) {
        pods.checkpointContainer()
                .checkpoint(
                        request.getContainerId(),
                        request.getLocation(),
                        seconds("CheckpointContainer", request.getTimeout()));
        return CheckpointContainerResponse.getDefaultInstance();
    }

    private ExecSyncResponse execSync(ExecSyncRequest request) {
        ExecSyncResult result = pods.execSync()
                .run(request.getContainerId(), request.getCmdList(), seconds("ExecSync", request.getTimeout()));
        return ExecSyncResponse.newBuilder()
                .setStdout(bytes(result.stdout()))
                .setStderr(bytes(result.stderr()))
                .setExitCode(result.exitCode())
                .build();
    }

    private static ByteString bytes(List<ByteBuffer> pieces) {
        return ByteString.copyFrom(
                pieces.stream().map(UnsafeByteOperations::unsafeWrap).toList());
    }

    private List<Container> find(ContainerFilter filter) {
        return pods.listContainers().list(ContainerMapping.fromWire(filter)).stream()
                .map(ContainerMapping::listed)
                .toList();
    }

    private static Duration seconds(String rpc, long timeout) {
        if (timeout < 0) {
            throw Fault.invalid("cannot take " + rpc + ": field timeout is negative (" + timeout + ")");
        }
        return Duration.ofSeconds(timeout);
    }
}
