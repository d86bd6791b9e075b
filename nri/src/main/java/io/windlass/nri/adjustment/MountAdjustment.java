package io.windlass.nri.adjustment;

import io.windlass.fault.Fault;
import io.windlass.nri.message.OciMessages;
import io.windlass.proto.nri.Field;
import io.windlass.runtime.oci.Mount;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Adjusts a container's mounts as one plugin asks. */
final class MountAdjustment {
    private final Owners owners;
    private final String plugin;

    MountAdjustment(Owners owners, String plugin) {
        this.owners = owners;
        this.plugin = plugin;
    }

    /** Mounts of the same destination are replaced. A mount below another comes after it. */
    List<Mount> apply(List<io.windlass.proto.nri.Mount> asked, List<Mount> now) {
        if (asked.isEmpty()) {
            return now;
        }
        List<Mount> result = new ArrayList<>(now);
        for (io.windlass.proto.nri.Mount mount : asked) {
            Marked destination = Marked.of(mount.getDestination());
            check(destination.key());
            if (destination.removal()) {
                owners.release(Field.Mounts, destination.key(), plugin);
                remove(result, destination.key());
            }
        }
        for (io.windlass.proto.nri.Mount mount : asked) {
            if (!Marked.of(mount.getDestination()).removal()) {
                owners.claim(Field.Mounts, mount.getDestination(), plugin);
                remove(result, mount.getDestination());
                result.add(OciMessages.mount(mount));
            }
        }
        result.sort(Comparator.comparingInt(
                mount -> Path.of(mount.destination()).normalize().getNameCount()));
        return result;
    }

    private void check(String destination) {
        try {
            if (Path.of(destination).isAbsolute()) {
                return;
            }
        } catch (InvalidPathException e) {
            // Refused as one that is not absolute is.
        }
        throw Fault.invalid("cannot mount what plugin " + plugin + " asks for: '" + destination
                + "' is not an absolute path in the container");
    }

    private static void remove(List<Mount> mounts, String destination) {
        Path removed = Path.of(destination).normalize();
        mounts.removeIf(mount -> Path.of(mount.destination()).normalize().equals(removed));
    }
}
