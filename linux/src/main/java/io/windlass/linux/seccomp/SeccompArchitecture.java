package io.windlass.linux.seccomp;

import io.windlass.linux.Architecture;
import java.util.Optional;

/** A calling convention for system calls, as a filter sees it: the audit number of the architecture, and a table of calls. */
public enum SeccompArchitecture {
    X86_64(0xC000003E, "x86_64", 0),
    X86(0x40000003, "x86", 0),
    /** 32-bit pointers on x86_64: told apart by a bit in the number of the call. */
    X32(0xC000003E, "x32", 0x40000000),
    AARCH64(0xC00000B7, "aarch64", 0);

    private final int auditNumber;
    private final String table;
    private final int numberOffset;

    SeccompArchitecture(int auditNumber, String table, int numberOffset) {
        this.auditNumber = auditNumber;
        this.table = table;
        this.numberOffset = numberOffset;
    }

    int auditNumber() {
        return auditNumber;
    }

    String table() {
        return table;
    }

    int numberOffset() {
        return numberOffset;
    }

    /** The convention of programs built for this machine. */
    public static SeccompArchitecture of(Architecture architecture) {
        return switch (architecture) {
            case X86_64 -> X86_64;
            case AARCH64 -> AARCH64;
        };
    }

    /** Reads a name like SCMP_ARCH_X86_64; empty for those that no machine of ours can run, or whose table is not here. */
    public static Optional<SeccompArchitecture> parse(String name) {
        for (SeccompArchitecture architecture : values()) {
            if (name.equals("SCMP_ARCH_" + architecture)) {
                return Optional.of(architecture);
            }
        }
        return Optional.empty();
    }

    /** Whether arguments have 64 bits. */
    boolean wide() {
        return this == X86_64 || this == AARCH64;
    }

    boolean runsOn(Architecture machine) {
        return (machine == Architecture.AARCH64) == (this == AARCH64);
    }
}
