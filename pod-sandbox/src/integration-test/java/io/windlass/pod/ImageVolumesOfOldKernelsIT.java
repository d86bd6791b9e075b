package io.windlass.pod;

import io.windlass.runtime.program.OverlayLayers;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** Images as volumes, as kernels have them whose overlays take no layers by descriptor (before Linux 6.13). */
class ImageVolumesOfOldKernelsIT extends ImageVolumesIT {
    ImageVolumesOfOldKernelsIT(@TempDir Path folder) throws IOException {
        super(folder);
    }

    @Override
    OverlayLayers layers() {
        return OverlayLayers.ATTACHED;
    }
}
