package io.windlass.pod.container;

import io.windlass.fault.Fault;
import io.windlass.pod.lifecycle.PodFolders;
import io.windlass.pod.model.ContainerConfig;
import io.windlass.pod.model.ContainerId;
import io.windlass.pod.model.ContainerState;
import io.windlass.pod.model.Mount;
import io.windlass.pod.model.NamespaceMode;
import io.windlass.pod.model.NamespaceOptions;
import io.windlass.pod.model.Signal;
import io.windlass.pod.rootfs.ResolvedImage;
import io.windlass.pod.rootfs.Rootfs;
import io.windlass.pod.spec.BuiltSpec;
import io.windlass.pod.spec.SpecRequest;
import io.windlass.pod.store.Container;
import io.windlass.pod.store.ContainerDefinition;
import io.windlass.pod.store.PodStore;
import io.windlass.pod.store.SandboxDefinition;
import io.windlass.runtime.oci.Resources;
import io.windlass.runtime.oci.Spec;
import io.windlass.runtime.shim.PidMode;
import io.windlass.runtime.shim.PodNamespace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What follows from a request and its sandbox for a container that is about to be made. */
final class ContainerPlan {
    private final SandboxDefinition sandbox;
    private final ContainerConfig config;
    private final ResolvedImage image;
    private final PodFolders folders;
    private final PodStore store;
    private final ImageVolumes volumes;

    ContainerPlan(
            SandboxDefinition sandbox,
            ContainerConfig config,
            ResolvedImage image,
            PodFolders folders,
            PodStore store,
            ImageVolumes volumes) {
        this.sandbox = sandbox;
        this.config = config;
        this.image = image;
        this.folders = folders;
        this.store = store;
        this.volumes = volumes;
    }

    SpecRequest specRequest(ContainerId id, Rootfs rootfs, String cgroupPath) {
        Map<PodNamespace, Path> pins = new EnumMap<>(PodNamespace.class);
        for (PodNamespace namespace : sandbox.ownNamespaces()) {
            pins.put(namespace, folders.namespace(sandbox.id(), namespace));
        }
        if (config.securityContext().namespaceOptions().pid() == NamespaceMode.TARGET) {
            String target = config.securityContext().namespaceOptions().targetId();
            pins.put(PodNamespace.PID, Path.of("/proc/" + target(target).pid() + "/ns/pid"));
        }
        return new SpecRequest(
                id,
                sandbox.config(),
                config,
                image.configuration(),
                rootfs,
                pins,
                podMounts(),
                cgroupPath,
                volumes.volumes(),
                sandbox.selinux(),
                folders.attachPoint());
    }

    private List<Mount> podMounts() {
        boolean ownIpc = sandbox.namespaces().ipc() == NamespaceMode.POD;
        Path sharedMemory = ownIpc ? folders.sharedMemory(sandbox.id()) : Path.of("/dev/shm");
        return List.of(
                Mount.bind(sharedMemory.toString(), "/dev/shm"),
                Mount.bind(folders.etc(sandbox.id(), "hosts").toString(), "/etc/hosts"),
                Mount.bind(folders.etc(sandbox.id(), "hostname").toString(), "/etc/hostname"),
                Mount.bind(folders.etc(sandbox.id(), "resolv.conf").toString(), "/etc/resolv.conf"));
    }

    PidMode pidMode() {
        NamespaceOptions options = config.securityContext().namespaceOptions();
        return switch (options.pid()) {
            case CONTAINER -> PidMode.CONTAINER;
            case NODE -> PidMode.HOST;
            case POD -> sandboxHasPidNamespace();
            case TARGET -> PidMode.ofContainer(target(options.targetId()).id().value());
        };
    }

    private PidMode sandboxHasPidNamespace() {
        if (!sandbox.ownNamespaces().contains(PodNamespace.PID)) {
            throw Fault.invalid("cannot create container " + config.metadata()
                    + ": its namespace_options.pid is POD, but that of pod sandbox " + sandbox.id() + " is "
                    + sandbox.namespaces().pid());
        }
        return PidMode.POD;
    }

    private Target target(String targetId) {
        Container target = store.container(targetId);
        NamespaceOptions options =
                target.definition().config().securityContext().namespaceOptions();
        if (!target.definition().sandboxId().equals(sandbox.id()) || options.pid() != NamespaceMode.CONTAINER) {
            throw Fault.invalid("cannot use namespace_options.target_id " + targetId
                    + ": it is not a container of the same pod with a PID namespace of its own");
        }
        if (!(target.state() instanceof ContainerState.Running running)) {
            throw Faults.state("share the PID namespace of", target, "running");
        }
        return new Target(target.id(), running.process().pid());
    }

    Optional<Path> logPath() {
        String folder = sandbox.config().logDirectory();
        return folder.isEmpty() || config.logPath().isEmpty()
                ? Optional.empty()
                : Optional.of(Path.of(folder).resolve(config.logPath()));
    }

    void makeLogFolder() {
        logPath().map(Path::getParent).ifPresent(folder -> {
            try {
                Files.createDirectories(folder);
            } catch (IOException e) {
                throw Fault.internal("cannot make log folder " + folder + ": " + e.getMessage(), e);
            }
        });
    }

    /** A restored container goes on in a copy of the log that it had, unless there is one already. */
    void continueLog(Path saved) {
        logPath()
                .filter(log -> Files.isRegularFile(saved) && Files.notExists(log))
                .ifPresent(log -> {
                    try {
                        Files.copy(saved, log);
                    } catch (IOException e) {
                        throw Fault.internal("cannot copy the log so far to " + log + ": " + e.getMessage(), e);
                    }
                });
    }

    Resources limits(Spec spec) {
        return spec.linux() == null || spec.linux().resources() == null
                ? Resources.NONE
                : spec.linux().resources();
    }

    ContainerDefinition definition(ContainerId id, BuiltSpec built, String cgroupPath) {
        Signal stopSignal = config.stopSignal().orElseGet(() -> {
            String ofImage = image.configuration().stopSignal();
            return ofImage.isEmpty() ? Signal.TERM : Signal.parse(ofImage);
        });
        return new ContainerDefinition(
                id,
                sandbox.id(),
                config,
                Instant.now(),
                image.id(),
                image.reference(),
                built.user(),
                stopSignal,
                cgroupPath,
                logPath().map(Path::toString).orElse(""),
                volumes.images(),
                built.spec());
    }

    /** The container whose PID namespace is shared, and its first process. */
    private record Target(ContainerId id, long pid) {}
}
