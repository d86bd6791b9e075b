package io.windlass.pod.checkpoint;

import io.windlass.fault.Fault;
import io.windlass.pod.model.PodSandboxConfig;
import io.windlass.pod.store.RecordJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What a pod's checkpoint says of itself, in the file {@code pod.dump} beside the archives of its containers.
 *
 * @param version of this form
 * @param config as the pod was made
 */
public record PodDump(int version, PodSandboxConfig config, List<Entry> containers) {
    public static final int VERSION = 1;

    public PodDump {
        containers = List.copyOf(containers);
    }

    /** One container: its name and its archive's, which lies beside. */
    public record Entry(String name, String archive) {}

    public static Path in(Path folder) {
        return folder.resolve("pod.dump");
    }

    /** The pod's /dev/shm. */
    public static Path sharedMemory(Path folder) {
        return folder.resolve("devshm-checkpoint.tar");
    }

    public void write(Path file) {
        try {
            Files.writeString(file, RecordJson.write(this));
        } catch (IOException e) {
            throw Fault.internal("cannot write " + file + ": " + e, e);
        }
    }

    /** @throws Fault INVALID_ARGUMENT when a folder holds no checkpoint that this release understands */
    public static PodDump read(Path folder) {
        Path file = in(folder);
        try {
            PodDump dump = RecordJson.read(Files.readString(file), PodDump.class);
            if (dump.version != VERSION) {
                throw Fault.invalid("its pod.dump is of version " + dump.version + ", not " + VERSION);
            }
            for (Entry entry : dump.containers) {
                if (!entry.archive.matches("[A-Za-z0-9][A-Za-z0-9_.-]*")) {
                    throw Fault.invalid(
                            "its archive's name '" + entry.archive + "' is no name of a file beside pod.dump");
                }
            }
            return dump;
        } catch (IOException e) {
            throw Fault.invalid("its pod.dump cannot be read: " + e);
        }
    }
}
