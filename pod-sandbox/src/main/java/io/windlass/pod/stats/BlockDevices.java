package io.windlass.pod.stats;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The names of block devices. */
final class BlockDevices {
    private BlockDevices() {}

    /** The path below /dev that the kernel gives a device, or its numbers when there is no such device any more. */
    static String name(int major, int minor) {
        String numbers = major + ":" + minor;
        try {
            Path link = Files.readSymbolicLink(Path.of("/sys/dev/block", numbers));
            // The kernel writes a slash of a name as an exclamation mark (cciss!c0d0).
            return "/dev/" + link.getFileName().toString().replace('!', '/');
        } catch (IOException e) {
            return numbers;
        }
    }
}
