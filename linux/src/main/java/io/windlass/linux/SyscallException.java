package io.windlass.linux;

import io.windlass.fault.Fault;

/** A system call that the kernel refused, worded as {@code openat2 /x: ENOENT (no such file or directory)}. */
public final class SyscallException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final String call;
    private final int number;

    /**
     * @param call the name of the system call
     * @param subject what it was about: a path, a descriptor and name; may be empty
     */
    public SyscallException(String call, String subject, Errno errno) {
        this(call, subject, errno, "");
    }

    /** @param detail what the kernel said beyond the number (the log of a file system context); may be empty */
    public SyscallException(String call, String subject, Errno errno, String detail) {
        super((subject.isEmpty() ? call : call + " " + subject) + ": " + errno
                + (detail.isEmpty() ? "" : ": " + detail));
        this.call = call;
        this.number = errno.number();
    }

    public String call() {
        return call;
    }

    public Errno errno() {
        return new Errno(number);
    }

    public boolean is(Errno errno) {
        return number == errno.number();
    }

    /** This failure as a fault: {@code context} ("cannot pin namespace x") before the message, the kind from the errno. */
    public Fault fault(String context) {
        return new Fault(errno().kind(), context + ": " + getMessage(), this);
    }
}
