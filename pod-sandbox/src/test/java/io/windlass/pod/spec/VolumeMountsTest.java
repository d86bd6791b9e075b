package io.windlass.pod.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.pod.model.IdMapping;
import io.windlass.pod.model.ImageSpec;
import io.windlass.pod.model.Mount;
import io.windlass.pod.model.MountPropagation;
import io.windlass.pod.model.NamespaceMode;
import io.windlass.pod.model.SelinuxLabels;
import io.windlass.pod.model.UserNamespace;
import io.windlass.pod.rootfs.ImageVolume;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The volumes of requests. */
class VolumeMountsTest {
    private final Path folder;

    VolumeMountsTest(@TempDir Path folder) throws IOException {
        this.folder = folder.toRealPath();
    }

    private List<String> options(Mount mount, String propagation) {
        MountTable table = MountTable.parse(List.of("1 0 0:1 / / rw " + propagation + "- tmpfs none rw"));
        return new VolumeMounts(table, MappedVolumes.NONE, Map.of(), Optional.empty())
                .bind(mount)
                .options();
    }

    private Mount mount(boolean readonly, MountPropagation propagation, boolean recursive, String... mountOptions) {
        return new Mount(
                "/data",
                folder.toString(),
                readonly,
                false,
                propagation,
                List.of(),
                List.of(),
                recursive,
                Optional.empty(),
                "",
                List.of(mountOptions));
    }

    @Test
    void accessAndPropagationBecomeOptions() {
        assertThat(options(mount(false, MountPropagation.PRIVATE, false), ""))
                .containsExactly("rbind", "rprivate", "rw");
        assertThat(options(mount(true, MountPropagation.PRIVATE, false, "noexec"), ""))
                .containsExactly("rbind", "rprivate", "ro", "noexec");
        assertThat(options(mount(true, MountPropagation.PRIVATE, true), ""))
                .containsExactly("rbind", "rprivate", "rro");
        assertThat(options(mount(false, MountPropagation.HOST_TO_CONTAINER, false), "master:3 "))
                .containsExactly("rbind", "rslave", "rw");
        assertThat(options(mount(false, MountPropagation.BIDIRECTIONAL, false), "shared:3 "))
                .containsExactly("rbind", "rshared", "rw");
    }

    @Test
    void propagationThatTheNodeCannotGiveIsRefused() {
        assertThatThrownBy(() -> options(mount(false, MountPropagation.BIDIRECTIONAL, false), "master:3 "))
                .hasMessageContaining("PROPAGATION_BIDIRECTIONAL needs a shared mount, and / is not");
        assertThatThrownBy(() -> options(mount(false, MountPropagation.HOST_TO_CONTAINER, false), ""))
                .hasMessageContaining("PROPAGATION_HOST_TO_CONTAINER needs a shared or slave mount");
    }

    @Test
    void combinationsWithoutMeaningAreRefused() {
        assertThatThrownBy(() -> options(mount(false, MountPropagation.PRIVATE, true), ""))
                .hasMessageContaining("recursive_read_only needs readonly");
        assertThatThrownBy(() -> options(mount(true, MountPropagation.BIDIRECTIONAL, true), "shared:1 "))
                .hasMessageContaining("recursive_read_only needs readonly");
        assertThatThrownBy(() -> options(mount(true, MountPropagation.PRIVATE, false, "bind"), ""))
                .hasMessageContaining("mount_options has 'bind'");
        assertThatThrownBy(() -> options(Mount.bind("relative", "/data"), ""))
                .hasMessageContaining("host_path is not absolute");
        assertThatThrownBy(() -> options(Mount.bind("/tmp", "data"), ""))
                .hasMessageContaining("container_path is not absolute");
    }

    @Test
    void symbolicLinksAreResolvedAndMissingFoldersMade() throws IOException {
        Path real = Files.createDirectory(folder.resolve("real"));
        Path link = Files.createSymbolicLink(folder.resolve("link"), real);
        VolumeMounts volumes =
                new VolumeMounts(MountTable.parse(List.of()), MappedVolumes.NONE, Map.of(), Optional.empty());
        assertThat(volumes.bind(Mount.bind(link.toString(), "/data")).source()).isEqualTo(real.toString());
        Path missing = folder.resolve("missing/deep");
        assertThat(volumes.bind(Mount.bind(missing.toString(), "/data")).source())
                .isEqualTo(missing.toString());
        assertThat(missing).isDirectory();
    }

    private static Mount image(boolean readonly, String hostPath, MountPropagation propagation, String subPath) {
        return new Mount(
                "/data",
                hostPath,
                readonly,
                false,
                propagation,
                List.of(),
                List.of(),
                false,
                Optional.of(ImageSpec.of("data:1")),
                subPath,
                List.of("noexec"));
    }

    private static io.windlass.runtime.oci.Mount mounted(MappedVolumes mapped, String... places) {
        Mount mount = image(true, "", MountPropagation.PRIVATE, "");
        ImageVolume volume = new ImageVolume(Stream.of(places).map(Path::of).toList());
        return new VolumeMounts(MountTable.parse(List.of()), mapped, Map.of(mount, volume), Optional.empty())
                .bind(mount);
    }

    @Test
    void anImageIsAFileSystemOfItsOwnWhereItMustBeLabelled() throws IOException {
        Path layer = Files.createDirectory(folder.resolve("layer"));
        Path file = Files.createFile(folder.resolve("file"));
        Mount mount = image(true, "", MountPropagation.PRIVATE, "");
        VolumeLabels labels = new VolumeLabels(new SelinuxLabels("u:r:container_t:s0", "u:r:f:s0"), Path.of("/empty"));
        assertThat(new VolumeMounts(
                                MountTable.parse(List.of()),
                                MappedVolumes.NONE,
                                Map.of(mount, new ImageVolume(List.of(layer))),
                                Optional.of(labels))
                        .bind(mount)
                        .options())
                .startsWith("lowerdir+=" + layer, "lowerdir+=/empty");
        assertThat(new VolumeMounts(
                                MountTable.parse(List.of()),
                                MappedVolumes.NONE,
                                Map.of(mount, new ImageVolume(List.of(file))),
                                Optional.of(labels))
                        .bind(mount)
                        .type())
                .as("a file is no layer")
                .isEqualTo("bind");
    }

    @Test
    void anImageOfOneLayerIsBoundAndOneOfSeveralIsAnOverlay() {
        assertThat(mounted(MappedVolumes.NONE, "/layer/etc"))
                .isEqualTo(new io.windlass.runtime.oci.Mount(
                        "/data",
                        "bind",
                        "/layer/etc",
                        List.of("bind", "rprivate", "ro", "noexec"),
                        List.of(),
                        List.of()));
        assertThat(mounted(MappedVolumes.NONE, "/top", "/base"))
                .isEqualTo(new io.windlass.runtime.oci.Mount(
                        "/data",
                        "overlay",
                        "overlay",
                        List.of("lowerdir+=/top", "lowerdir+=/base", "ro", "noexec"),
                        List.of(),
                        List.of()));
    }

    @Test
    void anImageInAPodWithAUserNamespaceIsMappedAsTheRoot() {
        List<IdMapping> mapping = List.of(new IdMapping(1000, 0, 10));
        MappedVolumes pod =
                new MappedVolumes(Optional.of(new UserNamespace(NamespaceMode.POD, mapping, mapping)), _ -> true);
        assertThat(mounted(pod, "/top", "/base").uidMappings())
                .containsExactly(new io.windlass.runtime.oci.IdMapping(0, 1000, 10));
    }

    @Test
    void mountsOfImagesThatCannotBeAreRefusedByField() {
        assertThatThrownBy(() -> ImageVolumeRules.check(image(false, "", MountPropagation.PRIVATE, "")))
                .hasMessage("cannot mount image data:1 on /data: an image cannot be written, readonly must be true");
        assertThatThrownBy(() -> ImageVolumeRules.check(image(true, "/x", MountPropagation.PRIVATE, "")))
                .hasMessageContaining("host_path /x is given too");
        assertThatThrownBy(() -> ImageVolumeRules.check(image(true, "", MountPropagation.BIDIRECTIONAL, "")))
                .hasMessageContaining("propagation must be PROPAGATION_PRIVATE");
        for (String path : List.of("/etc", "..", "a/../../b")) {
            assertThatThrownBy(() -> ImageVolumeRules.check(image(true, "", MountPropagation.PRIVATE, path)))
                    .hasMessageContaining("image_sub_path " + path + " is not a path below the image's root");
        }
        Mount plain = new Mount(
                "/data",
                "/x",
                true,
                false,
                MountPropagation.PRIVATE,
                List.of(),
                List.of(),
                false,
                Optional.empty(),
                "etc",
                List.of());
        assertThatThrownBy(() -> ImageVolumeRules.check(plain))
                .hasMessage("cannot mount /x on /data: image_sub_path is for mounts of images only");
    }
}
