package io.windlass.pod.spec;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.pod.model.Mount;
import io.windlass.pod.model.MountPropagation;
import io.windlass.pod.model.UserNamespace;
import io.windlass.pod.rootfs.ImageVolume;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Turns the mounts of a request into binds of a document, checking what the node must provide for them. */
final class VolumeMounts {
    private static final Set<String> OPTIONS = Set.of(
            "noexec",
            "exec",
            "nodev",
            "dev",
            "nosuid",
            "suid",
            "noatime",
            "atime",
            "relatime",
            "norelatime",
            "nodiratime",
            "diratime",
            "strictatime",
            "nosymfollow",
            "symfollow");

    private final MountTable table;
    private final MappedVolumes mapped;
    private final Map<Mount, ImageVolume> images;
    private final Optional<VolumeLabels> labels;
    private final List<Relabelling> relabellings = new ArrayList<>();

    /** @param labels how volumes are labelled; absent where nothing is */
    VolumeMounts(
            MountTable table, MappedVolumes mapped, Map<Mount, ImageVolume> images, Optional<VolumeLabels> labels) {
        this.table = table;
        this.mapped = mapped;
        this.images = images;
        this.labels = labels;
    }

    /** What the binds so far need of the node's labels. */
    List<Relabelling> relabellings() {
        return List.copyOf(relabellings);
    }

    io.windlass.runtime.oci.Mount bind(Mount mount) {
        if (mount.image().isPresent()) {
            return image(mount);
        }
        String what = "mount " + mount.hostPath() + " on " + mount.containerPath();
        check(mount, what);
        if (!mount.hostPath().startsWith("/")) {
            throw Fault.invalid("cannot " + what + ": host_path is not absolute");
        }
        Path source = source(mount, what);
        List<String> options = new ArrayList<>(List.of("rbind"));
        switch (mount.propagation()) {
            case PRIVATE -> options.add("rprivate");
            case HOST_TO_CONTAINER -> {
                table.requireSharedOrSlave(source, what);
                options.add("rslave");
            }
            case BIDIRECTIONAL -> {
                table.requireShared(source, what);
                options.add("rshared");
            }
        }
        options.add(mount.recursiveReadOnly() ? "rro" : mount.readonly() ? "ro" : "rw");
        options.addAll(mount.mountOptions());
        mapped.check(mount, source, what);
        if (mount.selinuxRelabel()) {
            labels.flatMap(found -> found.relabelling(source, what)).ifPresent(relabellings::add);
        }
        return new io.windlass.runtime.oci.Mount(
                mount.containerPath(),
                "bind",
                source.toString(),
                options,
                IdMappings.of(mount.uidMappings()),
                IdMappings.of(mount.gidMappings()));
    }

    /** One place is bound; of several layers an overlay of the container's own shows the whole. */
    private io.windlass.runtime.oci.Mount image(Mount mount) {
        String what = ImageVolumeRules.describe(mount);
        check(mount, what);
        ImageVolume volume = Objects.requireNonNull(images.get(mount), what);
        mapped.check(mount, volume.places().getFirst(), what);
        List<Path> layers = labels.map(found -> found.layers(volume.places())).orElse(volume.places());
        boolean asPod = mount.uidMappings().isEmpty();
        List<String> options = new ArrayList<>();
        if (layers.size() == 1) {
            options.addAll(List.of("bind", "rprivate"));
        } else {
            layers.forEach(layer -> options.add("lowerdir+=" + layer));
        }
        options.add("ro");
        options.addAll(mount.mountOptions());
        return new io.windlass.runtime.oci.Mount(
                mount.containerPath(),
                layers.size() == 1 ? "bind" : "overlay",
                layers.size() == 1 ? layers.getFirst().toString() : "overlay",
                options,
                IdMappings.of(asPod ? mapped.pod().map(UserNamespace::uids).orElse(List.of()) : mount.uidMappings()),
                IdMappings.of(asPod ? mapped.pod().map(UserNamespace::gids).orElse(List.of()) : mount.gidMappings()));
    }

    private static void check(Mount mount, String what) {
        if (!mount.containerPath().startsWith("/")) {
            throw Fault.invalid("cannot " + what + ": container_path is not absolute");
        }
        if (mount.recursiveReadOnly() && !(mount.readonly() && mount.propagation() == MountPropagation.PRIVATE)) {
            throw Fault.invalid(
                    "cannot " + what + ": recursive_read_only needs readonly and propagation PROPAGATION_PRIVATE");
        }
        for (String option : mount.mountOptions()) {
            if (!OPTIONS.contains(option)) {
                throw Fault.invalid("cannot " + what + ": mount_options has '" + option + "', which is none of "
                        + new TreeSet<>(OPTIONS));
            }
        }
    }

    /** The source with symbolic links resolved; a missing one becomes a folder, as kubelet's hostPath volumes expect. */
    private static Path source(Mount mount, String what) {
        Path path = Path.of(mount.hostPath());
        try {
            if (!Files.exists(path)) {
                Files.createDirectories(path);
            }
            return path.toRealPath();
        } catch (IOException e) {
            throw new Fault(
                    FaultKind.INVALID_ARGUMENT,
                    "cannot " + what + ": host_path cannot be resolved: " + e.getMessage(),
                    e);
        }
    }
}
