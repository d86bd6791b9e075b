package io.windlass.pod.rootfs;

import java.nio.file.Path;
import java.util.List;

/**
 * A part of an image that is mounted as a volume.
 *
 * @param places one file or folder, or the folders of several layers, topmost first, of which an overlay shows the content
 */
public record ImageVolume(List<Path> places) {
    public ImageVolume {
        places = List.copyOf(places);
        if (places.isEmpty()) {
            throw new IllegalArgumentException("an image volume has a place");
        }
    }
}
