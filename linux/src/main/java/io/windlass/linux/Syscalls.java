package io.windlass.linux;

/**
 * The kernel seam: every system call that Java makes. {@link Kernel} makes them; tests use a recording double.
 *
 * <p>Failures are {@link SyscallException}s. Names are {@link RawName}s, resolved relative to the given directory and, where
 * not said otherwise, without following a symbolic link in the last place. Descriptors are close-on-exec. Thread-safe.
 */
public interface Syscalls
        extends FileSyscalls, AttributeSyscalls, QuotaSyscalls, MountSyscalls, ProcessSyscalls, SocketSyscalls {}
