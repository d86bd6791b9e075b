package io.windlass.cri.streaming;

import io.windlass.fault.Fault;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.SocketChannel;
import org.jboss.logging.Logger;

/**
 * Carries one forwarded connection: bytes from the client to the pod and back, each direction on a virtual thread, each half
 * closed on its own.
 */
final class PortSession implements Runnable {
    private static final Logger LOG = Logger.getLogger(PortSession.class);

    private static final int BUFFER = 32 << 10;

    private final StreamBackend backend;
    private final String podSandboxId;
    private final int port;
    private final Peer peer;

    PortSession(StreamBackend backend, String podSandboxId, int port, Peer peer) {
        this.backend = backend;
        this.podSandboxId = podSandboxId;
        this.port = port;
        this.peer = peer;
    }

    /** The client's end of a forwarded connection. */
    interface Peer {
        ClientInput input();

        /** Runs {@code action}, which must not block, once the client is gone: not only has no more to send. */
        void onGone(Runnable action);

        /** Sends what the pod sent; blocks while the client does not read. */
        void data(ByteBuffer bytes);

        /** The pod sends no more; {@code failure} is empty when it simply closed. */
        void finish(String failure);
    }

    @Override
    public void run() {
        try (SocketChannel pod = backend.connect(podSandboxId, port)) {
            // The pod may keep silent for ever; closing is done elsewhere because it may block.
            peer.onGone(() -> Thread.ofVirtual().start(() -> close(pod)));
            Thread toPod = Thread.ofVirtual().name("port-input").start(() -> forwardToPod(pod));
            try {
                forwardToClient(pod);
                peer.finish("");
                // The client may still be sending after the pod has finished.
                toPod.join();
            } finally {
                peer.input().close();
                toPod.interrupt();
            }
        } catch (AsynchronousCloseException | ClientGoneException e) {
            LOG.debugf("port-forward to %s ended: the client has gone", podSandboxId);
        } catch (Fault | IOException e) {
            fail("cannot forward to port " + port + " of pod sandbox " + podSandboxId + ": " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void fail(String reason) {
        try {
            peer.finish(reason);
        } catch (ClientGoneException e) {
            LOG.debugf("%s, and the client has gone", reason);
        }
    }

    private static void close(SocketChannel pod) {
        try {
            pod.close();
        } catch (IOException e) {
            LOG.debugf("cannot close a forwarded connection: %s", e.getMessage());
        }
    }

    private void forwardToClient(SocketChannel pod) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(BUFFER);
        while (pod.read(buffer) >= 0) {
            buffer.flip();
            byte[] bytes = new byte[buffer.remaining()];
            buffer.get(bytes);
            peer.data(ByteBuffer.wrap(bytes));
            buffer.clear();
        }
    }

    private void forwardToPod(SocketChannel pod) {
        try {
            while (peer.input().take() instanceof ClientInput.Event.Data(ByteBuffer bytes)) {
                while (bytes.hasRemaining()) {
                    pod.write(bytes);
                }
            }
            pod.shutdownOutput();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            LOG.debugf("port-forward to port %d of %s: %s", port, podSandboxId, e.getMessage());
        }
    }
}
