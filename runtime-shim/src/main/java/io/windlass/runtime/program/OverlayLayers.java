package io.windlass.runtime.program;

import io.windlass.linux.Fd;
import io.windlass.linux.OpenFlags;
import io.windlass.linux.SyscallException;
import io.windlass.linux.Syscalls;
import java.nio.file.Path;

/** How overlays are told of layers that have no path of their own, such as those with mapped ids. */
public enum OverlayLayers {
    /** From Linux 6.13 on. */
    BY_DESCRIPTOR,
    /** Before: each has to be attached somewhere, in a mount namespace that is made for the moment. */
    ATTACHED;

    /** What this kernel takes. */
    public static OverlayLayers of(Syscalls kernel) {
        try (Fd folder = kernel.open(Path.of("/"), OpenFlags.PATH | OpenFlags.DIRECTORY, 0)) {
            return kernel.takesDescriptor("overlay", "lowerdir+", folder) ? BY_DESCRIPTOR : ATTACHED;
        } catch (SyscallException noOverlay) {
            return ATTACHED;
        }
    }
}
