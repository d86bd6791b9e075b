package io.windlass.cri.grpc;

import io.windlass.cri.server.RpcTable;
import io.windlass.cri.streaming.StreamRequest;
import io.windlass.cri.streaming.StreamingServer;
import io.windlass.cri.v1.AttachRequest;
import io.windlass.cri.v1.AttachResponse;
import io.windlass.cri.v1.ExecRequest;
import io.windlass.cri.v1.ExecResponse;
import io.windlass.cri.v1.PortForwardRequest;
import io.windlass.cri.v1.PortForwardResponse;
import io.windlass.cri.v1.RuntimeServiceGrpc;
import io.windlass.fault.Fault;
import io.windlass.pod.Pods;
import java.util.List;

/** The RPCs that answer with the URL of a stream. What can be refused is refused here, before there is a URL. Thread-safe. */
public final class StreamingEndpoint implements RpcTable.Endpoint {
    private static final int LARGEST_PORT = 65535;

    private final Pods pods;
    private final StreamingServer streams;

    public StreamingEndpoint(Pods pods, StreamingServer streams) {
        this.pods = pods;
        this.streams = streams;
    }

    @Override
    public void register(RpcTable table) {
        table.unary(RuntimeServiceGrpc.getExecMethod(), this::exec)
                .unary(RuntimeServiceGrpc.getAttachMethod(), this::attach)
                .unary(RuntimeServiceGrpc.getPortForwardMethod(), this::portForward);
    }

    private ExecResponse exec(ExecRequest request) {
        String what = "cannot exec in container " + request.getContainerId();
        requireStreams(what, request.getStdin(), request.getStdout(), request.getStderr(), request.getTty());
        if (request.getCmdCount() == 0) {
            throw Fault.invalid(what + ": field cmd is empty");
        }
        String id = pods.openExec().check(request.getContainerId()).value();
        StreamRequest stream = new StreamRequest.Exec(
                id,
                List.copyOf(request.getCmdList()),
                request.getTty(),
                request.getStdin(),
                request.getStdout(),
                request.getStderr());
        return ExecResponse.newBuilder()
                .setUrl(streams.issue(stream).toString())
                .build();
    }

    private AttachResponse attach(AttachRequest request) {
        String what = "cannot attach to container " + request.getContainerId();
        requireStreams(what, request.getStdin(), request.getStdout(), request.getStderr(), request.getTty());
        String id = pods.openAttach().check(request.getContainerId()).value();
        StreamRequest stream = new StreamRequest.Attach(
                id, request.getTty(), request.getStdin(), request.getStdout(), request.getStderr());
        return AttachResponse.newBuilder()
                .setUrl(streams.issue(stream).toString())
                .build();
    }

    private PortForwardResponse portForward(PortForwardRequest request) {
        for (int port : request.getPortList()) {
            if (port < 1 || port > LARGEST_PORT) {
                throw Fault.invalid("cannot forward to pod sandbox " + request.getPodSandboxId() + ": port " + port
                        + " is not from 1 to " + LARGEST_PORT);
            }
        }
        String id = pods.connectPort().check(request.getPodSandboxId()).value();
        StreamRequest stream = new StreamRequest.PortForward(id, List.copyOf(request.getPortList()));
        return PortForwardResponse.newBuilder()
                .setUrl(streams.issue(stream).toString())
                .build();
    }

    private static void requireStreams(String what, boolean stdin, boolean stdout, boolean stderr, boolean tty) {
        if (!stdin && !stdout && !stderr) {
            throw Fault.invalid(what + ": none of stdin, stdout and stderr is asked for");
        }
        if (tty && stderr) {
            throw Fault.invalid(what + ": a terminal has no stderr of its own, so tty and stderr exclude each other");
        }
    }
}
