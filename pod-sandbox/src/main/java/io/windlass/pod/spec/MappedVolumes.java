package io.windlass.pod.spec;

import io.windlass.fault.Fault;
import io.windlass.pod.model.Mount;
import io.windlass.pod.model.UserNamespace;
import io.windlass.runtime.shim.PodNamespace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * What a container's volumes may say of ids: those of its pod's user namespace, or nothing.
 *
 * @param idMappable whether a tree of the node's can be seen with the pod's ids
 */
record MappedVolumes(Optional<UserNamespace> pod, Predicate<Path> idMappable) {
    static final MappedVolumes NONE = new MappedVolumes(Optional.empty(), _ -> false);

    static MappedVolumes of(SpecRequest request, Node node) {
        Path pin = request.namespacePins().get(PodNamespace.USER);
        return pin == null
                ? NONE
                : new MappedVolumes(
                        request.user(), tree -> node.users().idMappable().test(tree, pin));
    }

    void check(Mount mount, Path source, String what) {
        if (mount.uidMappings().isEmpty() && mount.gidMappings().isEmpty()) {
            return;
        }
        boolean asPod = pod.isPresent()
                && pod.get().uids().equals(mount.uidMappings())
                && pod.get().gids().equals(mount.gidMappings());
        if (!asPod) {
            throw Fault.invalid("cannot " + what + ": uidMappings and gidMappings must both be those of the pod's "
                    + (pod.isPresent() ? "user namespace" : "user namespace, and this pod has none of its own"));
        }
        requireMappable(source, what + ": uidMappings");
    }

    /** Refuses a source on a filesystem whose mounts cannot be mapped, by the name of that filesystem. */
    void requireMappable(Path source, String what) {
        if (pod.isPresent() && !idMappable.test(source)) {
            throw Fault.precondition("cannot " + what + " need idmapped mounts, which " + typeOf(source) + " at "
                    + source + ", or what is mounted below it, does not have");
        }
    }

    private static String typeOf(Path source) {
        try {
            return "filesystem " + Files.getFileStore(source).type();
        } catch (IOException e) {
            return "the filesystem";
        }
    }
}
