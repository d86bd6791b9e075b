package io.windlass.cri.streaming;

import io.netty.channel.Channel;

/**
 * Stops reading from a connection while any of its streams has more input waiting than it may. Thread-safe.
 */
final class ReadGate {
    private final Channel channel;
    private int paused;

    ReadGate(Channel channel) {
        this.channel = channel;
    }

    synchronized void pause() {
        if (paused++ == 0) {
            channel.config().setAutoRead(false);
        }
    }

    synchronized void resume() {
        if (--paused == 0) {
            channel.config().setAutoRead(true);
        }
    }
}
