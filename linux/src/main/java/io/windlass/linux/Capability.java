package io.windlass.linux;

import io.windlass.fault.Fault;
import java.util.Collection;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/** The capabilities of Linux (capabilities(7)), in the order of their numbers. */
public enum Capability {
    CHOWN(0),
    DAC_OVERRIDE(1),
    DAC_READ_SEARCH(2),
    FOWNER(3),
    FSETID(4),
    KILL(5),
    SETGID(6),
    SETUID(7),
    SETPCAP(8),
    LINUX_IMMUTABLE(9),
    NET_BIND_SERVICE(10),
    NET_BROADCAST(11),
    NET_ADMIN(12),
    NET_RAW(13),
    IPC_LOCK(14),
    IPC_OWNER(15),
    SYS_MODULE(16),
    SYS_RAWIO(17),
    SYS_CHROOT(18),
    SYS_PTRACE(19),
    SYS_PACCT(20),
    SYS_ADMIN(21),
    SYS_BOOT(22),
    SYS_NICE(23),
    SYS_RESOURCE(24),
    SYS_TIME(25),
    SYS_TTY_CONFIG(26),
    MKNOD(27),
    LEASE(28),
    AUDIT_WRITE(29),
    AUDIT_CONTROL(30),
    SETFCAP(31),
    MAC_OVERRIDE(32),
    MAC_ADMIN(33),
    SYSLOG(34),
    WAKE_ALARM(35),
    BLOCK_SUSPEND(36),
    AUDIT_READ(37),
    PERFMON(38),
    BPF(39),
    CHECKPOINT_RESTORE(40);

    private final int number;

    Capability(int number) {
        this.number = number;
    }

    public int number() {
        return number;
    }

    /** The bit in the kernel's 64-bit sets. */
    public long mask() {
        return 1L << number;
    }

    /** The name with its prefix, like CAP_SYS_ADMIN. */
    public String fullName() {
        return "CAP_" + name();
    }

    /** Reads CAP_X or X, in any case. */
    public static Capability parse(String name) {
        String upper = name.toUpperCase(Locale.ROOT);
        String plain = upper.startsWith("CAP_") ? upper.substring(4) : upper;
        for (Capability capability : values()) {
            if (capability.name().equals(plain)) {
                return capability;
            }
        }
        throw Fault.invalid("cannot use capability '" + name + "': Linux has none of that name");
    }

    /** Reads names, of which ALL (or CAP_ALL) stands for every capability. */
    public static Set<Capability> parseAll(Collection<String> names) {
        EnumSet<Capability> capabilities = EnumSet.noneOf(Capability.class);
        for (String name : names) {
            if (name.equalsIgnoreCase("ALL") || name.equalsIgnoreCase("CAP_ALL")) {
                capabilities.addAll(EnumSet.allOf(Capability.class));
            } else {
                capabilities.add(parse(name));
            }
        }
        return capabilities;
    }

    public static long toMask(Collection<Capability> capabilities) {
        long mask = 0;
        for (Capability capability : capabilities) {
            mask |= capability.mask();
        }
        return mask;
    }

    /** The capabilities of a mask; bits that are newer than this list are left out. */
    public static Set<Capability> fromMask(long mask) {
        EnumSet<Capability> capabilities = EnumSet.noneOf(Capability.class);
        for (Capability capability : values()) {
            if ((mask & capability.mask()) != 0) {
                capabilities.add(capability);
            }
        }
        return capabilities;
    }
}
