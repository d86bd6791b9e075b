package io.windlass.cri.streaming;

import java.util.List;

/** What a URL of the streaming server stands for. */
public sealed interface StreamRequest {
    /** The first path segment of its URL. */
    String verb();

    /** A session with a process: its streams, and whether it has a terminal. */
    sealed interface ProcessRequest extends StreamRequest {
        boolean stdin();

        boolean stdout();

        boolean stderr();

        boolean tty();
    }

    record Exec(String containerId, List<String> command, boolean tty, boolean stdin, boolean stdout, boolean stderr)
            implements ProcessRequest {
        @Override
        public String verb() {
            return "exec";
        }
    }

    record Attach(String containerId, boolean tty, boolean stdin, boolean stdout, boolean stderr)
            implements ProcessRequest {
        @Override
        public String verb() {
            return "attach";
        }
    }

    /** {@code ports} are used by the WebSocket channel protocol only; SPDY clients name a port per stream. */
    record PortForward(String podSandboxId, List<Integer> ports) implements StreamRequest {
        @Override
        public String verb() {
            return "portforward";
        }
    }
}
