package io.windlass.linux;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Sockets. A part of {@link Kernel}. */
interface KernelSockets extends SocketSyscalls {
    @Override
    default Fd socket(int domain, int type, int protocol) {
        try (Call call = new Call(SystemCall.SOCKET)) {
            return Call.owned(call.run("family " + domain, domain, type | Abi.SOCK_CLOEXEC, protocol));
        }
    }

    @Override
    default void bind(Fd socket, byte[] socketAddress) {
        try (Call call = new Call(SystemCall.BIND)) {
            call.run(socket.toString(), socket.number(), Call.address(call.bytes(socketAddress)), socketAddress.length);
        }
    }

    @Override
    default void connect(Fd socket, byte[] socketAddress) {
        try (Call call = new Call(SystemCall.CONNECT)) {
            call.run(socket.toString(), socket.number(), Call.address(call.bytes(socketAddress)), socketAddress.length);
        }
    }

    @Override
    default byte[] getsockname(Fd socket) {
        try (Call call = new Call(SystemCall.GETSOCKNAME)) {
            MemorySegment name = call.zeroed(128);
            MemorySegment length = call.zeroed(4);
            length.set(ValueLayout.JAVA_INT, 0, (int) name.byteSize());
            call.run(socket.toString(), socket.number(), Call.address(name), Call.address(length));
            return name.asSlice(0, length.get(ValueLayout.JAVA_INT, 0)).toArray(ValueLayout.JAVA_BYTE);
        }
    }

    @Override
    default void setsockopt(Fd socket, int level, int option, byte[] value) {
        try (Call call = new Call(SystemCall.SETSOCKOPT)) {
            call.run(
                    socket + " option " + option,
                    socket.number(),
                    level,
                    option,
                    Call.address(call.bytes(value)),
                    value.length);
        }
    }

    @Override
    default int send(Fd socket, byte[] message, int flags) {
        try (Call call = new Call(SystemCall.SENDTO)) {
            return (int) call.run(
                    socket.toString(), socket.number(), Call.address(call.bytes(message)), message.length, flags, 0, 0);
        }
    }

    @Override
    default int recv(Fd socket, byte[] buffer, int flags) {
        try (Call call = new Call(SystemCall.RECVFROM)) {
            MemorySegment memory = call.zeroed(buffer.length);
            int came = (int)
                    call.run(socket.toString(), socket.number(), Call.address(memory), buffer.length, flags, 0, 0);
            MemorySegment.copy(memory, ValueLayout.JAVA_BYTE, 0, buffer, 0, Math.min(came, buffer.length));
            return came;
        }
    }
}
