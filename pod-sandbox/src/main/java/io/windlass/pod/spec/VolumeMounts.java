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

    VolumeMounts(MountTable table, MappedVolumes mapped, Map<Mount, ImageVolume> images) {
        this.table = table;
        this.mapped = mapped;
        this.images = images;
    }

    io.windlass.runtime.oci.Mount bind(Mount mount, boolean selinux) {
        if (mount.image().isPresent()) {
            return image(mount, selinux);
        }
        String what = "mount " + mount.hostPath() + " on " + mount.containerPath();
        check(mount, selinux, what);
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
        return new io.windlass.runtime.oci.Mount(
                mount.containerPath(),
                "bind",
                source.toString(),
                options,
                IdMappings.of(mount.uidMappings()),
                IdMappings.of(mount.gidMappings()));
    }

    /** One place is bound; of several layers an overlay of the container's own shows the whole. */
    private io.windlass.runtime.oci.Mount image(Mount mount, boolean selinux) {
        String what = ImageVolumeRules.describe(mount);
        check(mount, selinux, what);
        ImageVolume volume = Objects.requireNonNull(images.get(mount), what);
        mapped.check(mount, volume.places().getFirst(), what);
        boolean asPod = mount.uidMappings().isEmpty();
        List<String> options = new ArrayList<>();
        if (volume.places().size() == 1) {
            options.addAll(List.of("bind", "rprivate"));
        } else {
            volume.places().forEach(layer -> options.add("lowerdir+=" + layer));
        }
        options.add("ro");
        options.addAll(mount.mountOptions());
        return new io.windlass.runtime.oci.Mount(
                mount.containerPath(),
                volume.places().size() == 1 ? "bind" : "overlay",
                volume.places().size() == 1 ? volume.places().getFirst().toString() : "overlay",
                options,
                IdMappings.of(asPod ? mapped.pod().map(UserNamespace::uids).orElse(List.of()) : mount.uidMappings()),
                IdMappings.of(asPod ? mapped.pod().map(UserNamespace::gids).orElse(List.of()) : mount.gidMappings()));
    }

    private static void check(Mount mount, boolean selinux, String what) {
        if (!mount.containerPath().startsWith("/")) {
            throw Fault.invalid("cannot " + what + ": container_path is not absolute");
        }
        if (mount.recursiveReadOnly() && !(mount.readonly() && mount.propagation() == MountPropagation.PRIVATE)) {
            throw Fault.invalid(
                    "cannot " + what + ": recursive_read_only needs readonly and propagation PROPAGATION_PRIVATE");
        }
        if (mount.selinuxRelabel() && selinux) {
            throw Fault.unimplemented(
                    "cannot " + what + ": this release does not relabel for SELinux (selinux_relabel)");
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
