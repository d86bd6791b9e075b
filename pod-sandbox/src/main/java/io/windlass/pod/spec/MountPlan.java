package io.windlass.pod.spec;

import io.windlass.pod.model.Mount;
import io.windlass.pod.model.MountPropagation;
import io.windlass.pod.model.SelinuxLabels;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The mounts of a container's document: the system's, the pod's and the request's, parents before what lies in them. */
record MountPlan(
        List<io.windlass.runtime.oci.Mount> mounts,
        @Nullable String rootfsPropagation,
        List<Relabelling> relabellings) {
    static MountPlan of(SpecRequest request, Optional<SelinuxLabels> labels, Node node) {
        List<io.windlass.runtime.oci.Mount> volumes = new ArrayList<>();
        Set<String> taken = new HashSet<>();
        MountPropagation strongest = MountPropagation.PRIVATE;
        VolumeMounts binds = new VolumeMounts(
                MountTable.read(),
                MappedVolumes.of(request, node),
                request.imageVolumes(),
                labels.map(found -> new VolumeLabels(found, request.emptyFolder())));
        for (Mount mount : request.config().mounts()) {
            volumes.add(binds.bind(mount));
            taken.add(Path.of(mount.containerPath()).normalize().toString());
            strongest = mount.propagation().compareTo(strongest) > 0 ? mount.propagation() : strongest;
        }
        List<io.windlass.runtime.oci.Mount> all = new ArrayList<>();
        for (io.windlass.runtime.oci.Mount mount : SystemMounts.of(request)) {
            if (!covered(mount.destination(), taken)) {
                all.add(mount);
            }
        }
        for (Mount mount : request.podMounts()) {
            if (!covered(mount.containerPath(), taken)) {
                all.add(podMount(mount, request.security().readonlyRootfs()));
            }
        }
        all.addAll(volumes);
        return new MountPlan(sorted(all), propagation(strongest), binds.relabellings());
    }

    /** All, and these too. */
    List<io.windlass.runtime.oci.Mount> with(List<io.windlass.runtime.oci.Mount> more) {
        List<io.windlass.runtime.oci.Mount> all = new ArrayList<>(mounts);
        all.addAll(more);
        return sorted(all);
    }

    private static List<io.windlass.runtime.oci.Mount> sorted(List<io.windlass.runtime.oci.Mount> all) {
        return all.stream()
                .sorted(Comparator.comparingInt(
                        mount -> Path.of(mount.destination()).getNameCount()))
                .toList();
    }

    /** A volume on /dev brings its own content along; a volume on /dev/shm replaces just that. */
    private static boolean covered(String destination, Set<String> taken) {
        return taken.contains(destination) || (destination.startsWith("/dev/") && taken.contains("/dev"));
    }

    private static io.windlass.runtime.oci.Mount podMount(Mount mount, boolean readonlyRootfs) {
        boolean file = mount.containerPath().startsWith("/etc/");
        return file
                ? io.windlass.runtime.oci.Mount.bind(
                        mount.hostPath(), mount.containerPath(), "rprivate", readonlyRootfs ? "ro" : "rw")
                : io.windlass.runtime.oci.Mount.bind(
                        mount.hostPath(), mount.containerPath(), "rprivate", "rw", "nosuid", "nodev", "noexec");
    }

    private static @Nullable String propagation(MountPropagation strongest) {
        return switch (strongest) {
            case PRIVATE -> null;
            case HOST_TO_CONTAINER -> "rslave";
            case BIDIRECTIONAL -> "rshared";
        };
    }
}
