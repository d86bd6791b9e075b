package io.windlass.cri.wiring;

import io.windlass.cri.streaming.StreamBackend;
import io.windlass.cri.streaming.StreamRequest;
import io.windlass.pod.Pods;
import io.windlass.pod.container.ContainerStream;
import java.nio.channels.SocketChannel;

/** Gives the streaming server the pods' processes and ports. Thread-safe. */
final class PodStreams implements StreamBackend {
    private final Pods pods;

    PodStreams(Pods pods) {
        this.pods = pods;
    }

    @Override
    public ContainerStream exec(StreamRequest.Exec request) {
        return pods.openExec()
                .open(
                        request.containerId(),
                        request.command(),
                        request.tty(),
                        request.stdin(),
                        request.stdout(),
                        request.stderr());
    }

    @Override
    public ContainerStream attach(StreamRequest.Attach request) {
        return pods.openAttach().open(request.containerId(), request.stdin(), request.stdout(), request.stderr());
    }

    @Override
    public SocketChannel connect(String podSandboxId, int port) {
        return pods.connectPort().connect(podSandboxId, port);
    }
}
