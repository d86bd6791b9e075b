package io.windlass.linux.netlink;

import java.nio.ByteBuffer;

/** A datagram socket whose only peer is the kernel. */
interface NetlinkTransport extends AutoCloseable {
    /** Sends one datagram, which may hold several messages. */
    void send(byte[] datagram);

    /**
     * Waits for one datagram.
     *
     * @return a buffer that is valid until the next call
     * @throws io.windlass.linux.SyscallException with ENOBUFS when the kernel had to drop answers
     */
    ByteBuffer receive();

    @Override
    void close();
}
