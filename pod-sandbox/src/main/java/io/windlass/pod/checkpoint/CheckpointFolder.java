package io.windlass.pod.checkpoint;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.pod.store.Container;
import io.windlass.pod.store.ContainerDefinition;
import io.windlass.pod.store.RecordJson;
import io.windlass.runtime.oci.OciJson;
import io.windlass.runtime.oci.Spec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What lies in a container's checkpoint, before it is packed and after it was unpacked.
 *
 * <p>The names are those that CRI-O and containerd write, which {@code checkpointctl} reads; {@code windlass.dump} is ours:
 * what of the processes comes from outside the container.
 *
 * @param folder the checkpoint's root
 */
public record CheckpointFolder(Path folder) {
    private static final String CONFIG = "config.dump";
    private static final String SPEC = "spec.dump";
    private static final String STATUS = "status.dump";
    private static final String PROCESS = "windlass.dump";
    private static final String DESCRIPTORS = "descriptors.json";

    /** CRIU's images. */
    public Path images() {
        return folder.resolve("checkpoint");
    }

    /** What the container has changed of its image, as a layer. */
    public Path changes() {
        return folder.resolve("rootfs-diff.tar");
    }

    public Path containerLog() {
        return folder.resolve("container.log");
    }

    /** What CRIU said while it saved. */
    public Path dumpLog() {
        return folder.resolve("dump.log");
    }

    /** Writes what describes the container. */
    public void describe(Container container, ProcessView process) {
        ContainerDefinition definition = container.definition();
        try {
            write(CONFIG, RecordJson.write(config(definition)));
            write(STATUS, RecordJson.write(StatusDump.of(container.status())));
            Files.write(folder.resolve(SPEC), OciJson.write(definition.spec()));
            write(PROCESS, RecordJson.write(process));
            // Where runc keeps them, for others who restore.
            Files.writeString(images().resolve(DESCRIPTORS), RecordJson.write(process.descriptors()));
        } catch (IOException e) {
            throw Fault.internal("cannot write the checkpoint in " + folder + ": " + e.getMessage(), e);
        }
    }

    private void write(String name, String text) throws IOException {
        Files.writeString(folder.resolve(name), text);
    }

    private static Map<String, Object> config(ContainerDefinition definition) {
        Map<String, Object> config = new LinkedHashMap<>();
        config.put("id", definition.id().value());
        config.put("name", definition.config().metadata().name());
        config.put("rootfsImage", definition.config().image().image());
        config.put("rootfsImageRef", definition.imageReference());
        config.put("rootfsImageName", definition.config().image().image());
        config.put("runtime", "windlass");
        config.put("createdTime", definition.createdAt().toString());
        config.put("checkpointedTime", Instant.now().toString());
        config.put("restoredTime", "0001-01-01T00:00:00Z");
        config.put("restored", false);
        return config;
    }

    /** @throws Fault INVALID_ARGUMENT that says what is no checkpoint of ours about it */
    public Checkpoint read() {
        requireOnlyFilesAndFolders();
        ConfigDump config = read(CONFIG, ConfigDump.class);
        if (!Files.exists(folder.resolve(PROCESS))) {
            throw Fault.invalid("it was made by '%s', which names the container's mounts in another way: it has no %s"
                    .formatted(config.runtime, PROCESS));
        }
        for (Path needed : List.of(changes(), images().resolve("inventory.img"))) {
            if (!Files.exists(needed)) {
                throw Fault.invalid("it has no " + folder.relativize(needed));
            }
        }
        if (config.rootfsImageRef.isEmpty()) {
            throw Fault.invalid("its " + CONFIG + " names no image");
        }
        try {
            return new Checkpoint(
                    config.name,
                    config.rootfsImageRef,
                    config.rootfsImageName,
                    OciJson.read(Files.readAllBytes(folder.resolve(SPEC)), Spec.class),
                    read(PROCESS, ProcessView.class).checked());
        } catch (IOException e) {
            throw Fault.invalid("its " + SPEC + " cannot be read: " + e);
        }
    }

    private <T> T read(String name, Class<T> type) {
        try {
            return RecordJson.read(Files.readString(folder.resolve(name)), type);
        } catch (IOException e) {
            throw new Fault(FaultKind.INVALID_ARGUMENT, "its " + name + " cannot be read: " + e, e);
        } catch (Fault e) {
            throw new Fault(FaultKind.INVALID_ARGUMENT, "its " + name + " cannot be read: " + e.getMessage(), e);
        }
    }

    /** A link in an archive could lead whoever reads or writes by it to any file of the host. */
    private void requireOnlyFilesAndFolders() {
        try (Stream<Path> all = Files.walk(folder)) {
            all.filter(path -> !Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)
                            && !Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS))
                    .findFirst()
                    .ifPresent(path -> {
                        throw Fault.invalid(
                                "its member " + folder.relativize(path) + " is neither a file nor a folder");
                    });
        } catch (IOException e) {
            throw Fault.internal("cannot look through " + folder + ": " + e.getMessage(), e);
        }
    }

    /** What a checkpoint says of its container. */
    public record Checkpoint(String name, String imageReference, String imageName, Spec spec, ProcessView process) {}

    private record ConfigDump(String name, String rootfsImageRef, String rootfsImageName, String runtime) {}
}
