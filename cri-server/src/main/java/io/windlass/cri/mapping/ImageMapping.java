package io.windlass.cri.mapping;

import io.windlass.cri.v1.AuthConfig;
import io.windlass.cri.v1.FilesystemUsage;
import io.windlass.cri.v1.Image;
import io.windlass.cri.v1.ImageSpec;
import io.windlass.image.FsUsage;
import io.windlass.image.registry.RegistryAuth;

/** Images: their names, credentials, and what is told of them. */
public final class ImageMapping {
    private ImageMapping() {}

    public static io.windlass.pod.model.ImageSpec fromWire(ImageSpec wire) {
        return new io.windlass.pod.model.ImageSpec(
                wire.getImage(),
                wire.getAnnotationsMap(),
                wire.getUserSpecifiedImage(),
                wire.getRuntimeHandler(),
                wire.getImageRef());
    }

    public static RegistryAuth fromWire(AuthConfig wire) {
        return new RegistryAuth(
                wire.getUsername(),
                wire.getPassword(),
                wire.getAuth(),
                wire.getServerAddress(),
                wire.getIdentityToken(),
                wire.getRegistryToken());
    }

    public static Image toWire(io.windlass.image.Image domain) {
        Image.Builder wire = Image.newBuilder()
                .setId(domain.id().toString())
                .addAllRepoTags(domain.repoTags())
                .addAllRepoDigests(domain.repoDigests())
                .setSize(domain.size())
                .setPinned(domain.pinned());
        user(domain.config().user(), wire);
        return wire.build();
    }

    public static FilesystemUsage toWire(FsUsage domain) {
        FilesystemUsage.Builder wire = FilesystemUsage.newBuilder()
                .setTimestamp(Times.nanos(domain.at()))
                .setUsedBytes(StatsMapping.value(domain.bytes()))
                .setInodesUsed(StatsMapping.value(domain.inodes()));
        wire.getFsIdBuilder().setMountpoint(domain.mountpoint().toString());
        return wire.build();
    }

    static ImageSpec toWire(io.windlass.pod.model.ImageSpec domain) {
        return ImageSpec.newBuilder()
                .setImage(domain.image())
                .putAllAnnotations(domain.annotations())
                .setUserSpecifiedImage(domain.userSpecifiedImage())
                .setRuntimeHandler(domain.runtimeHandler())
                .setImageRef(domain.imageRef())
                .build();
    }

    /** The config's "user[:group]": a number is a uid, anything else a name; none at all is root by number. */
    private static void user(String configured, Image.Builder wire) {
        int colon = configured.indexOf(':');
        String user = colon < 0 ? configured : configured.substring(0, colon);
        if (user.isEmpty()) {
            return;
        }
        if (user.chars().allMatch(Character::isDigit) && user.length() < 11) {
            wire.getUidBuilder().setValue(Long.parseLong(user));
        } else {
            wire.setUsername(user);
        }
    }
}
