package io.windlass.runtime.program;

import io.windlass.fault.Fault;
import io.windlass.runtime.oci.Device;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The devices of /dev and its links. */
final class DeviceSteps {
    private static final int S_IFCHR = 0020000;
    private static final int S_IFBLK = 0060000;
    private static final int S_IFIFO = 0010000;
    private static final int ANYONE = 0666;

    private static final List<Device> STANDARD = List.of(
            character("/dev/null", 1, 3),
            character("/dev/zero", 1, 5),
            character("/dev/full", 1, 7),
            character("/dev/random", 1, 8),
            character("/dev/urandom", 1, 9),
            character("/dev/tty", 5, 0));

    private final ProgramBuilder program;

    DeviceSteps(ProgramBuilder program) {
        this.program = program;
    }

    /** Every container has the standard ones; those of the document come in addition, or in their place. */
    void make(List<Device> wanted) {
        Map<String, Device> devices = new LinkedHashMap<>();
        STANDARD.forEach(device -> devices.put(device.path(), device));
        wanted.forEach(device -> devices.put(device.path(), device));
        devices.values().forEach(this::make);
    }

    /** Device nodes cannot be made in a user namespace: the host's own are bound to the same paths. */
    void bind(List<Device> wanted) {
        Map<String, Device> devices = new LinkedHashMap<>();
        STANDARD.forEach(device -> devices.put(device.path(), device));
        wanted.forEach(device -> devices.put(device.path(), device));
        devices.keySet().forEach(path -> program.device(path, path));
    }

    void link() {
        program.symlink("/proc/self/fd", "/dev/fd");
        program.symlink("/proc/self/fd/0", "/dev/stdin");
        program.symlink("/proc/self/fd/1", "/dev/stdout");
        program.symlink("/proc/self/fd/2", "/dev/stderr");
        // Of the container's own devpts, never the host's.
        program.symlink("pts/ptmx", "/dev/ptmx");
    }

    private void make(Device device) {
        int type = switch (device.type()) {
            case "c", "u" -> S_IFCHR;
            case "b" -> S_IFBLK;
            case "p" -> S_IFIFO;
            default -> throw Fault.invalid("device %s has the unknown type %s".formatted(device.path(), device.type()));
        };
        int mode = device.fileMode() == null ? ANYONE : device.fileMode() & 07777;
        program.mknod(
                device.path(),
                type | mode,
                device.major(),
                device.minor(),
                device.uid() == null ? 0 : device.uid(),
                device.gid() == null ? 0 : device.gid());
    }

    private static Device character(String path, long major, long minor) {
        return new Device(path, "c", major, minor, ANYONE, 0L, 0L);
    }
}
