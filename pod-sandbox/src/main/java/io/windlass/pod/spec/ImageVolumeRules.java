package io.windlass.pod.spec;

import io.windlass.fault.Fault;
import io.windlass.pod.model.Mount;
import io.windlass.pod.model.MountPropagation;
import java.nio.file.Path;

/** What a mount of an image may say. */
public final class ImageVolumeRules {
    private ImageVolumeRules() {}

    /** Refuses what a mount of an image cannot be, and of other mounts what only one of an image can say. */
    public static void check(Mount mount) {
        String path = mount.imageSubPath();
        if (mount.image().isEmpty()) {
            if (!path.isEmpty()) {
                throw Fault.invalid("cannot mount " + mount.hostPath() + " on " + mount.containerPath()
                        + ": image_sub_path is for mounts of images only");
            }
            return;
        }
        String what = "cannot " + describe(mount) + ": ";
        if (!mount.readonly()) {
            throw Fault.invalid(what + "an image cannot be written, readonly must be true");
        }
        if (!mount.hostPath().isEmpty()) {
            throw Fault.invalid(what + "host_path " + mount.hostPath() + " is given too");
        }
        if (mount.propagation() != MountPropagation.PRIVATE) {
            throw Fault.invalid(what + "nothing propagates into an image, propagation must be PROPAGATION_PRIVATE");
        }
        boolean leaves = path.startsWith("/");
        for (Path name : Path.of(path)) {
            leaves |= name.toString().equals("..");
        }
        if (leaves) {
            throw Fault.invalid(what + "image_sub_path " + path + " is not a path below the image's root");
        }
    }

    /** The mount as messages name it. */
    public static String describe(Mount mount) {
        return "mount image " + mount.image().map(image -> image.image()).orElse("") + " on " + mount.containerPath();
    }
}
