package io.windlass.linux.seccomp;

import io.windlass.fault.Fault;
import java.util.Locale;

/**
 * A comparison of one argument of a system call, as unsigned 64-bit numbers.
 *
 * @param index 0 to 5
 * @param value what is compared with; for MASKED_EQ the mask
 * @param valueTwo for MASKED_EQ what the masked argument must be
 */
public record ArgumentCondition(int index, Operator operator, long value, long valueTwo) {
    public ArgumentCondition {
        if (index < 0 || index > 5) {
            throw Fault.invalid("cannot compare argument " + index + ": system calls have arguments 0 to 5");
        }
    }

    /** How the argument is compared: argument OPERATOR value. */
    public enum Operator {
        NE,
        LT,
        LE,
        EQ,
        GE,
        GT,
        MASKED_EQ;

        /** Reads a name like SCMP_CMP_GE. */
        public static Operator parse(String name) {
            for (Operator operator : values()) {
                if (name.toUpperCase(Locale.ROOT).equals("SCMP_CMP_" + operator)) {
                    return operator;
                }
            }
            throw Fault.invalid("cannot use seccomp comparison '" + name + "': there is none of that name");
        }
    }
}
