package io.windlass.linux.seccomp;

import io.windlass.fault.Fault;
import java.util.OptionalInt;

/**
 * What happens to a system call.
 *
 * @param data the errno for ERRNO, the message for TRACE; 0 for others
 */
public record SeccompAction(Kind kind, int data) {
    public static final SeccompAction ALLOW = new SeccompAction(Kind.ALLOW, 0);
    public static final SeccompAction KILL_THREAD = new SeccompAction(Kind.KILL_THREAD, 0);
    private static final int EPERM = 1;

    /** The kinds, with their values in the kernel's seccomp.h. */
    public enum Kind {
        ALLOW(0x7fff0000),
        LOG(0x7ffc0000),
        TRACE(0x7ff00000),
        ERRNO(0x00050000),
        TRAP(0x00030000),
        KILL_THREAD(0x00000000),
        KILL_PROCESS(0x80000000);

        private final int value;

        Kind(int value) {
            this.value = value;
        }
    }

    public SeccompAction {
        if (data < 0 || data > 0xffff) {
            throw Fault.invalid("cannot use seccomp action %s with value %d: it has 16 bits".formatted(kind, data));
        }
    }

    public static SeccompAction errno(int number) {
        return new SeccompAction(Kind.ERRNO, number);
    }

    /**
     * Reads the name of an action, like SCMP_ACT_ERRNO.
     *
     * @param data errnoRet of the profile; EPERM where none is given
     */
    public static SeccompAction parse(String name, OptionalInt data) {
        return switch (name) {
            case "SCMP_ACT_ALLOW" -> ALLOW;
            case "SCMP_ACT_LOG" -> new SeccompAction(Kind.LOG, 0);
            case "SCMP_ACT_TRACE" -> new SeccompAction(Kind.TRACE, data.orElse(EPERM));
            case "SCMP_ACT_ERRNO" -> errno(data.orElse(EPERM));
            case "SCMP_ACT_TRAP" -> new SeccompAction(Kind.TRAP, 0);
            case "SCMP_ACT_KILL", "SCMP_ACT_KILL_THREAD" -> KILL_THREAD;
            case "SCMP_ACT_KILL_PROCESS" -> new SeccompAction(Kind.KILL_PROCESS, 0);
            case "SCMP_ACT_NOTIFY" ->
                throw Fault.unimplemented(
                        "cannot use seccomp action SCMP_ACT_NOTIFY: this runtime has no listener for notifications");
            default -> throw Fault.invalid("cannot use seccomp action '" + name + "': there is none of that name");
        };
    }

    /** What the filter returns to the kernel. */
    int returnValue() {
        return kind.value | data;
    }
}
