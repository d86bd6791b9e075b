package io.windlass.pod.container;

import io.windlass.fault.Fault;
import io.windlass.pod.model.ContainerId;
import io.windlass.pod.model.Mount;
import io.windlass.pod.rootfs.ImageVolume;
import io.windlass.pod.rootfs.ResolvedImage;
import io.windlass.pod.rootfs.RootfsProvider;
import io.windlass.pod.spec.ImageRules;
import io.windlass.pod.spec.ImageVolumeRules;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The images that a container mounts as volumes.
 *
 * @param volumes where each lies
 * @param images the id of each image, by container_path
 */
record ImageVolumes(Map<Mount, ImageVolume> volumes, Map<String, String> images) {
    /** Everything prepared goes with the container's writable layer. */
    static ImageVolumes prepare(ContainerId id, List<Mount> mounts, RootfsProvider provider) {
        Map<Mount, ImageVolume> volumes = new HashMap<>();
        Map<String, String> images = new HashMap<>();
        for (int number = 0; number < mounts.size(); number++) {
            Mount mount = mounts.get(number);
            ImageVolumeRules.check(mount);
            if (mount.image().isPresent()) {
                String what = ImageVolumeRules.describe(mount);
                String name = mount.image().get().image();
                ResolvedImage image = provider.resolve(name)
                        .orElseThrow(() -> Fault.notFound("cannot " + what + ": the image is not on this machine"));
                ImageRules.check(mount.image().get(), image, what);
                volumes.put(
                        mount,
                        provider.prepareVolume(id, number, image, mount.imageSubPath())
                                .orElseThrow(() -> Fault.notFound("cannot " + what + ": image_sub_path "
                                        + mount.imageSubPath() + " is no folder or file of the image")));
                images.put(mount.containerPath(), image.id());
            }
        }
        return new ImageVolumes(Map.copyOf(volumes), Map.copyOf(images));
    }
}
