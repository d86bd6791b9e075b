package io.windlass.linux.netlink;

import io.windlass.linux.Errno;
import io.windlass.linux.Fd;
import io.windlass.linux.SyscallException;
import io.windlass.linux.Syscalls;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** An AF_NETLINK socket. Confined by its owner to one thread at a time. */
final class KernelTransport implements NetlinkTransport {
    private static final int AF_NETLINK = 16;
    private static final int SOCK_RAW = 3;
    private static final int NETLINK_ROUTE = 0;
    private static final int SOL_SOCKET = 1;
    private static final int SO_RECEIVE_TIMEOUT = 20;
    private static final int SOL_NETLINK = 270;
    private static final int OPTION_CAP_ACK = 10;
    private static final int OPTION_EXT_ACK = 11;
    private static final int OPTION_STRICT_CHECK = 12;
    private static final int MSG_TRUNC = 0x20;
    private static final long TIMEOUT_SECONDS = 30;
    /** The kernel fills dumps up to what the reader offers, but never sends more than 32 KiB at once. */
    private static final int BUFFER_LENGTH = 32 * 1024;

    private final Syscalls kernel;
    private final Fd socket;
    private final byte[] buffer = new byte[BUFFER_LENGTH];

    private KernelTransport(Syscalls kernel, Fd socket) {
        this.kernel = kernel;
        this.socket = socket;
    }

    static KernelTransport open(Syscalls kernel) {
        Fd socket = kernel.socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
        try {
            byte[] on = native32(1);
            kernel.setsockopt(socket, SOL_NETLINK, OPTION_CAP_ACK, on);
            kernel.setsockopt(socket, SOL_NETLINK, OPTION_EXT_ACK, on);
            kernel.setsockopt(socket, SOL_NETLINK, OPTION_STRICT_CHECK, on);
            kernel.setsockopt(socket, SOL_SOCKET, SO_RECEIVE_TIMEOUT, timeval(TIMEOUT_SECONDS));
            // Connected to port 0, the kernel: nobody else's datagrams are delivered any more.
            kernel.connect(socket, kernelAddress());
            return new KernelTransport(kernel, socket);
        } catch (SyscallException e) {
            socket.close();
            throw e;
        }
    }

    @Override
    public void send(byte[] datagram) {
        int sent = kernel.send(socket, datagram, 0);
        if (sent != datagram.length) {
            throw new SyscallException(
                    "sendto", "netlink", Errno.EIO, "%d of %d bytes sent".formatted(sent, datagram.length));
        }
    }

    @Override
    public ByteBuffer receive() {
        int length;
        try {
            length = kernel.recv(socket, buffer, MSG_TRUNC);
        } catch (SyscallException e) {
            if (e.is(Errno.EAGAIN)) {
                throw new SyscallException(
                        "recvfrom", "netlink", Errno.ETIMEDOUT, "no answer within " + TIMEOUT_SECONDS + " s");
            }
            throw e;
        }
        if (length > buffer.length) {
            throw new MalformedNetlinkException("datagram of " + length + " bytes, longer than the kernel sends");
        }
        return ByteBuffer.wrap(buffer, 0, length);
    }

    /** struct sockaddr_nl with port id 0. */
    private static byte[] kernelAddress() {
        return ByteBuffer.allocate(12)
                .order(ByteOrder.nativeOrder())
                .putShort((short) AF_NETLINK)
                .array();
    }

    private static byte[] native32(int value) {
        return ByteBuffer.allocate(Integer.BYTES)
                .order(ByteOrder.nativeOrder())
                .putInt(value)
                .array();
    }

    private static byte[] timeval(long seconds) {
        return ByteBuffer.allocate(2 * Long.BYTES)
                .order(ByteOrder.nativeOrder())
                .putLong(seconds)
                .array();
    }

    @Override
    public void close() {
        socket.close();
    }
}
