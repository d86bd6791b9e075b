package io.windlass.linux;

/** Sockets of families that the JDK does not know. See {@link Syscalls}. */
public interface SocketSyscalls {
    /** @param type SOCK_*; SOCK_CLOEXEC is always added */
    Fd socket(int domain, int type, int protocol);

    /** @param address a struct sockaddr_* in memory form */
    void bind(Fd socket, byte[] address);

    void connect(Fd socket, byte[] address);

    /** The struct sockaddr_* that the socket is bound to. */
    byte[] getsockname(Fd socket);

    void setsockopt(Fd socket, int level, int option, byte[] value);

    /** Sends one message and returns how many bytes were taken. */
    int send(Fd socket, byte[] message, int flags);

    /** Receives one message into the buffer; with MSG_TRUNC the result may be greater than the buffer. */
    int recv(Fd socket, byte[] buffer, int flags);
}
