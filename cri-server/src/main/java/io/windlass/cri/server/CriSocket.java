package io.windlass.cri.server;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.windlass.fault.Fault;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** The socket file: made where nobody else listens, and open to root only. */
final class CriSocket {
    /** Linux's sockaddr_un holds 108 bytes with the zero at its end (unix(7)). */
    private static final int LONGEST_PATH = 107;

    private final Path path;

    CriSocket(Path path) {
        this.path = path;
    }

    /** Makes the way free: the folder exists, and a socket file that a dead daemon left is gone. */
    void prepare(EventLoopGroup group) {
        if (path.toString().getBytes(StandardCharsets.UTF_8).length > LONGEST_PATH) {
            throw Fault.invalid(
                    "cannot listen on " + path + ": a socket's path may have at most " + LONGEST_PATH + " bytes");
        }
        try {
            makeFolder();
            if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
                requireStale(group);
                Files.delete(path);
            }
        } catch (IOException e) {
            throw Fault.internal("cannot listen on " + path + ": " + e, e);
        }
    }

    /** To be called once it is bound. Before that, the usual umask keeps everybody but root from connecting. */
    void restrict(String mode) {
        try {
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode));
        } catch (IOException e) {
            throw Fault.internal("cannot set the mode of " + path + ": " + e, e);
        }
    }

    private void makeFolder() throws IOException {
        Path folder = path.toAbsolutePath().getParent();
        if (folder != null && !Files.isDirectory(folder)) {
            Files.createDirectories(
                    folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        }
    }

    private void requireStale(EventLoopGroup group) throws IOException {
        if (!Files.readAttributes(path, "unix:mode", LinkOption.NOFOLLOW_LINKS).values().stream()
                .allMatch(mode -> ((Integer) mode & 0170000) == 0140000)) {
            throw Fault.precondition("cannot listen on " + path + ": it exists and is no socket");
        }
        ChannelFuture connection = new Bootstrap()
                .group(group)
                .channel(EpollDomainSocketChannel.class)
                .handler(new ChannelInboundHandlerAdapter())
                .connect(new DomainSocketAddress(path.toString()))
                .awaitUninterruptibly();
        if (connection.isSuccess()) {
            long pid = ((EpollDomainSocketChannel) connection.channel())
                    .peerCredentials()
                    .pid();
            connection.channel().close().awaitUninterruptibly();
            throw Fault.precondition("cannot listen on " + path + ": socket in use by pid " + pid);
        }
    }
}
