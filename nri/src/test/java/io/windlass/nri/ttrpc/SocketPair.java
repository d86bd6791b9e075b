package io.windlass.nri.ttrpc;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/** Two connected Unix sockets. */
record SocketPair(SocketChannel ours, SocketChannel theirs) implements AutoCloseable {
    static SocketPair open(Path folder) throws IOException {
        Path path = Files.createTempDirectory(folder, "pair").resolve("socket");
        UnixDomainSocketAddress address = UnixDomainSocketAddress.of(path);
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(address);
            SocketChannel ours = SocketChannel.open(address);
            return new SocketPair(ours, server.accept());
        }
    }

    @Override
    public void close() {
        try {
            ours.close();
            theirs.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
