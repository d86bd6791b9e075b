package io.windlass.pod.spec;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.pod.devices.HostNode;
import io.windlass.pod.model.Device;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Device nodes of the node, as documents describe them. */
final class HostDevices {
    /** Places that a container has its own of. */
    private static final Set<String> OWN = Set.of(
            "/dev/pts", "/dev/shm", "/dev/fd", "/dev/mqueue", "/dev/console", "/dev/ptmx", "/dev/tty", "/dev/core");

    private HostDevices() {}

    /** A device: where it lies on the node, and what it is to be in the container. */
    record Found(Path source, io.windlass.runtime.oci.Device node) {}

    /** Every device of /dev, for privileged containers. */
    static List<io.windlass.runtime.oci.Device> all() {
        List<Found> devices = new ArrayList<>();
        walk(Path.of("/dev"), Path.of("/dev"), devices);
        return devices.stream().map(Found::node).toList();
    }

    /** The device a request names, or every device below the folder it names. */
    static List<Found> at(Device device) {
        try {
            Path source = Path.of(device.hostPath()).toRealPath();
            Path target = Path.of(device.containerPath().isEmpty() ? device.hostPath() : device.containerPath());
            List<Found> devices = new ArrayList<>();
            if (Files.isDirectory(source)) {
                walk(source, target, devices);
            } else {
                describe(source, target).ifPresent(devices::add);
            }
            if (devices.isEmpty()) {
                throw Fault.invalid("cannot use device " + device.hostPath() + ": it is not a device");
            }
            return devices;
        } catch (IOException e) {
            throw new Fault(
                    FaultKind.INVALID_ARGUMENT, "cannot use device " + device.hostPath() + ": it does not exist", e);
        }
    }

    private static void walk(Path source, Path target, List<Found> devices) {
        try (Stream<Path> entries = Files.list(source)) {
            for (Path entry : entries.sorted().toList()) {
                Path place = target.resolve(entry.getFileName());
                if (OWN.contains(entry.toString())) {
                    continue;
                }
                if (Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
                    walk(entry, place, devices);
                } else {
                    describe(entry, place).ifPresent(devices::add);
                }
            }
        } catch (IOException e) {
            throw Fault.internal("cannot list devices in " + source + ": " + e.getMessage(), e);
        }
    }

    private static Optional<Found> describe(Path source, Path target) throws IOException {
        try {
            return HostNode.at(source)
                    .filter(HostNode::isDevice)
                    .map(node -> new Found(
                            source,
                            new io.windlass.runtime.oci.Device(
                                    target.toString(),
                                    node.type(),
                                    node.major(),
                                    node.minor(),
                                    node.mode(),
                                    node.uid(),
                                    node.gid())));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }
}
