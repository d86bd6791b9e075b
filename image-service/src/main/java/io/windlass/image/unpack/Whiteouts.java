package io.windlass.image.unpack;

import io.windlass.linux.Fd;
import io.windlass.linux.FileMode;
import io.windlass.linux.FileStat;
import io.windlass.linux.Syscalls;
import java.nio.charset.StandardCharsets;

/** How overlay marks what layers below no longer show (Documentation/filesystems/overlayfs.rst). */
final class Whiteouts {
    private static final byte[] OPAQUE = "trusted.overlay.opaque".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] YES = {'y'};

    private Whiteouts() {}

    /** A 0:0 character device hides one name. */
    static boolean is(FileStat stat) {
        return (stat.mode() & FileMode.TYPE_MASK) == FileMode.CHARACTER_DEVICE
                && stat.specialDevice().major() == 0
                && stat.specialDevice().minor() == 0;
    }

    static void make(Syscalls kernel, Fd parent, String name) {
        kernel.mknodat(parent, name, FileMode.CHARACTER_DEVICE, 0);
    }

    /** An opaque directory hides all that the directories of its name below have. */
    static void makeOpaque(Syscalls kernel, Fd parent, String name) {
        kernel.setxattr(parent, name, OPAQUE, YES);
    }
}
