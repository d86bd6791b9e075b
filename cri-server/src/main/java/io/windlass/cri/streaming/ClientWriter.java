package io.windlass.cri.streaming;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;
import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import java.nio.channels.ClosedChannelException;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Writes messages to a client from blocking threads: a full connection makes the writer wait. Thread-safe. */
final class ClientWriter {
    /** How long a client may take to read the rest and to close, once everything has been sent. */
    private static final long LINGER_SECONDS = 10;

    private final Channel channel;

    ClientWriter(Channel channel) {
        this.channel = channel;
    }

    void write(Object message) {
        ChannelFuture written = channel.writeAndFlush(message);
        if (channel.isWritable() && !written.isDone()) {
            return;
        }
        try {
            written.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Fault(FaultKind.CANCELLED, "cannot write to the client of a stream: interrupted", e);
        }
        if (!written.isSuccess()) {
            Throwable cause = written.cause();
            throw new ClientGoneException(cause == null ? new ClosedChannelException() : cause);
        }
    }

    /**
     * Sends the last messages and ends the connection so that the client reads everything: closing at once while client data is unread would make
     * the kernel send a reset, which discards what is under way.
     */
    void finish(List<?> lastMessages) {
        for (Object message : lastMessages.subList(0, lastMessages.size() - 1)) {
            channel.write(message);
        }
        channel.writeAndFlush(lastMessages.getLast()).addListener((ChannelFutureListener) flushed -> {
            if (!flushed.isSuccess() || !(channel instanceof DuplexChannel duplex)) {
                channel.close();
                return;
            }
            channel.config().setAutoRead(true);
            endOutput(duplex);
            channel.eventLoop().schedule(() -> channel.close(), LINGER_SECONDS, TimeUnit.SECONDS);
        });
    }

    /** TLS has an end of its own, without which clients take the output for cut off. */
    private static void endOutput(DuplexChannel channel) {
        SslHandler tls = channel.pipeline().get(SslHandler.class);
        if (tls == null) {
            channel.shutdownOutput();
        } else {
            tls.closeOutbound().addListener(_ -> channel.shutdownOutput());
        }
    }
}
