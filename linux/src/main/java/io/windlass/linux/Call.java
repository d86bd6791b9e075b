package io.windlass.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/**
 * The making of one system call: the memory of its arguments, and its errno.
 *
 * <p>Everything goes through libc's {@code syscall(2)}, so that one linked handle serves all calls: each further handle
 * would cost start-up time. The errno is captured by the downcall itself, because the JVM may make system calls of its own
 * before Java gets to look. Confined to one thread.
 */
final class Call implements AutoCloseable {
    private static final StructLayout CAPTURE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO = CAPTURE.varHandle(MemoryLayout.PathElement.groupElement("errno"));
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
    private static final MethodHandle SYSCALL = Linker.nativeLinker()
            .downcallHandle(
                    Linker.nativeLinker().defaultLookup().findOrThrow("syscall"),
                    FunctionDescriptor.of(LONG, LONG, LONG, LONG, LONG, LONG, LONG, LONG),
                    Linker.Option.firstVariadicArg(1),
                    Linker.Option.captureCallState("errno"));

    private final SystemCall call;
    private final Arena arena = Arena.ofConfined();
    private final MemorySegment capture = arena.allocate(CAPTURE);

    Call(SystemCall call) {
        this.call = call;
    }

    /** A NUL-terminated copy of a name. */
    MemorySegment text(String name) {
        byte[] bytes = RawName.encode(name);
        for (byte b : bytes) {
            if (b == 0) {
                throw new IllegalArgumentException("cannot " + call.callName() + ": a name contains a NUL byte");
            }
        }
        return text(bytes);
    }

    /** A NUL-terminated copy of bytes. */
    MemorySegment text(byte[] bytes) {
        MemorySegment copy = arena.allocate(bytes.length + 1L);
        MemorySegment.copy(bytes, 0, copy, ValueLayout.JAVA_BYTE, 0, bytes.length);
        return copy;
    }

    MemorySegment bytes(byte[] bytes) {
        return arena.allocateFrom(ValueLayout.JAVA_BYTE, bytes);
    }

    MemorySegment zeroed(long size) {
        return arena.allocate(size, 8);
    }

    /** Makes the call, again when a signal interrupted it, and throws when the kernel refuses. */
    long run(String subject, long... arguments) {
        return run(subject, "", arguments);
    }

    /** As {@link #run(String, long...)}; {@code detail} goes into the message of a failure. */
    long run(String subject, String detail, long... arguments) {
        long result = tryRun(arguments);
        if (result < 0) {
            throw failure(subject, (int) -result, detail);
        }
        return result;
    }

    SyscallException failure(String subject, int errno, String detail) {
        return new SyscallException(call.callName(), subject, new Errno(errno), detail);
    }

    /** Makes the call; a negative result is the negated errno. */
    long tryRun(long... arguments) {
        while (true) {
            long result = invoke(
                    argument(arguments, 0),
                    argument(arguments, 1),
                    argument(arguments, 2),
                    argument(arguments, 3),
                    argument(arguments, 4),
                    argument(arguments, 5));
            if (result >= 0) {
                return result;
            }
            int errno = (int) ERRNO.get(capture, 0L);
            if (errno != Errno.EINTR.number() || call == SystemCall.CLOSE) {
                return -errno;
            }
        }
    }

    private static long argument(long[] arguments, int index) {
        return index < arguments.length ? arguments[index] : 0;
    }

    private long invoke(long a, long b, long c, long d, long e, long f) {
        try {
            return (long) SYSCALL.invokeExact(capture, call.number(), a, b, c, d, e, f);
        } catch (Throwable t) {
            throw new LinkageError("cannot call syscall(2) of the C library", t);
        }
    }

    static long address(MemorySegment segment) {
        return segment.address();
    }

    /** A descriptor that a call has just made. */
    static Fd owned(long number) {
        return new Fd((int) number, Call::closeDescriptor);
    }

    private static void closeDescriptor(int number) {
        try (Call call = new Call(SystemCall.CLOSE)) {
            // A failing close has closed the descriptor all the same, and there is nothing that a caller could do.
            call.tryRun(number);
        }
    }

    @Override
    public void close() {
        arena.close();
    }
}
