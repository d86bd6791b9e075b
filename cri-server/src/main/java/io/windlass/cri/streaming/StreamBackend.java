package io.windlass.cri.streaming;

import io.windlass.pod.container.ContainerStream;
import java.nio.channels.SocketChannel;

/** What the streaming server needs of the pods. Its methods block, and fail with a {@link io.windlass.fault.Fault}. */
public interface StreamBackend {
    ContainerStream exec(StreamRequest.Exec request);

    ContainerStream attach(StreamRequest.Attach request);

    /** A blocking connection to {@code port} on the loopback of the pod's network. */
    SocketChannel connect(String podSandboxId, int port);
}
