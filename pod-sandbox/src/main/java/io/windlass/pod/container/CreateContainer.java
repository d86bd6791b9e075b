package io.windlass.pod.container;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.fault.Rollback;
import io.windlass.linux.cgroup.Cgroup;
import io.windlass.pod.checkpoint.CheckpointFolder.Checkpoint;
import io.windlass.pod.checkpoint.Restorations;
import io.windlass.pod.checkpoint.RestoreRules;
import io.windlass.pod.devices.CdiDevices;
import io.windlass.pod.events.PodEvent;
import io.windlass.pod.lifecycle.Exclusively;
import io.windlass.pod.lifecycle.HookBundles;
import io.windlass.pod.lifecycle.Joining;
import io.windlass.pod.lifecycle.PluginCalls;
import io.windlass.pod.lifecycle.PodCgroups;
import io.windlass.pod.lifecycle.PodFolders;
import io.windlass.pod.lifecycle.RootOwner;
import io.windlass.pod.lifecycle.Shims;
import io.windlass.pod.model.ContainerConfig;
import io.windlass.pod.model.ContainerId;
import io.windlass.pod.model.ContainerMetadata;
import io.windlass.pod.model.ContainerState;
import io.windlass.pod.model.LinuxContainerResources;
import io.windlass.pod.model.PodSandboxConfig;
import io.windlass.pod.model.PodSandboxId;
import io.windlass.pod.model.PodSandboxMetadata;
import io.windlass.pod.model.ProcessIdentity;
import io.windlass.pod.plugin.Creation;
import io.windlass.pod.plugin.PodPlugins;
import io.windlass.pod.quota.ContainerQuotas;
import io.windlass.pod.quota.DiskLimits;
import io.windlass.pod.rootfs.ResolvedImage;
import io.windlass.pod.rootfs.Rootfs;
import io.windlass.pod.rootfs.RootfsProvider;
import io.windlass.pod.security.Labelling;
import io.windlass.pod.spec.BuiltSpec;
import io.windlass.pod.spec.ImageRules;
import io.windlass.pod.spec.ResourcePlan;
import io.windlass.pod.spec.SpecBuilder;
import io.windlass.pod.store.Container;
import io.windlass.pod.store.ContainerCondition;
import io.windlass.pod.store.ContainerDefinition;
import io.windlass.pod.store.Intent;
import io.windlass.pod.store.PodStore;
import io.windlass.pod.store.Sandbox;
import io.windlass.runtime.oci.Resources;
import io.windlass.runtime.oci.Spec;
import io.windlass.runtime.program.SealedProjects;
import io.windlass.runtime.shim.ContainerLaunch;
import io.windlass.runtime.shim.CreatedContainer;
import io.windlass.runtime.shim.ExitRecord;
import io.windlass.runtime.shim.PodShim;
import io.windlass.runtime.shim.RootfsLayers;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** Makes a container up to its start barrier (CRI {@code CreateContainer}). Thread-safe: the same request, while it runs, is joined. */
public final class CreateContainer {
    private final PodStore store;
    private final Shims shims;
    private final PodCgroups cgroups;
    private final PodFolders folders;
    private final RootfsProvider images;
    private final ContainerQuotas quotas;
    private final SpecBuilder specs;
    private final CdiDevices devices;
    private final ContainerEnd end;
    private final ContainerExits exits;
    private final HookBundles bundles;
    private final PluginCalls plugins;
    private final ContainerChanges changes;
    private final Announcements announcements;
    private final Timelines timelines;
    private final Restorations restorations;
    private final Labelling labelling;
    private final Joining<Name, ContainerConfig, ContainerId> creations = new Joining<>("create container");

    public CreateContainer(
            PodStore store,
            Shims shims,
            PodCgroups cgroups,
            PodFolders folders,
            RootfsProvider images,
            ContainerQuotas quotas,
            SpecBuilder specs,
            CdiDevices devices,
            ContainerEnd end,
            ContainerExits exits,
            HookBundles bundles,
            PluginCalls plugins,
            ContainerChanges changes,
            Announcements announcements,
            Timelines timelines,
            Restorations restorations,
            Labelling labelling) {
        this.store = store;
        this.shims = shims;
        this.cgroups = cgroups;
        this.folders = folders;
        this.images = images;
        this.quotas = quotas;
        this.specs = specs;
        this.devices = devices;
        this.end = end;
        this.exits = exits;
        this.bundles = bundles;
        this.plugins = plugins;
        this.changes = changes;
        this.announcements = announcements;
        this.timelines = timelines;
        this.restorations = restorations;
        this.labelling = labelling;
    }

    /** Returns the id; of the same container that exists already, too. */
    public ContainerId create(String sandboxId, ContainerConfig config) {
        return create(store.sandbox(sandboxId), config);
    }

    /**
     * As above, for a caller that repeats the sandbox's configuration.
     *
     * <p>It must be of that sandbox. What else it says is not used: a kubelet computes it anew each time, from labels,
     * annotations and resolvers that may have changed, and the sandbox is as it was made.
     */
    public ContainerId create(String sandboxId, ContainerConfig config, PodSandboxConfig repeated) {
        Sandbox sandbox = store.sandbox(sandboxId);
        PodSandboxMetadata made = sandbox.definition().config().metadata();
        if (!made.equals(repeated.metadata())) {
            throw Fault.invalid("cannot create container " + config.metadata() + ": sandbox_config.metadata is "
                    + repeated.metadata() + ", but pod sandbox " + sandbox.id() + " is " + made);
        }
        return create(sandbox, config);
    }

    /**
     * Makes a container of the processes in a checkpoint archive; {@link #create} does so when the archive stands in the place
     * of the image.
     *
     * @param config its image is the one that the checkpointed container was made from
     */
    public ContainerId restore(PodSandboxId sandboxId, ContainerConfig config, Path archive) {
        return create(store.sandbox(sandboxId.value()), config, Optional.of(archive));
    }

    private ContainerId create(Sandbox sandbox, ContainerConfig config) {
        return create(sandbox, config, Restorations.archive(config.image()));
    }

    private ContainerId create(Sandbox sandbox, ContainerConfig config, Optional<Path> archive) {
        if (config.metadata().name().isEmpty()) {
            throw Fault.invalid("cannot create container in pod sandbox " + sandbox.id() + ": metadata.name is empty");
        }
        return creations.run(new Name(sandbox.id(), config.metadata()), config, () -> {
            try (PodPlugins.Hold _ = plugins.hold()) {
                return createOnce(sandbox, config, archive);
            }
        });
    }

    private ContainerId createOnce(Sandbox sandbox, ContainerConfig config, Optional<Path> archive) {
        return Exclusively.get(
                sandbox.lifecycle().readLock(), "create container in pod sandbox " + sandbox.id(), () -> {
                    if (!sandbox.ready()) {
                        throw Fault.precondition("cannot create container " + config.metadata() + ": pod sandbox "
                                + sandbox.id() + " is not ready");
                    }
                    Optional<Container> existing = sameName(sandbox.id(), config.metadata());
                    return existing.isPresent() ? reuse(existing.get(), config) : make(sandbox, config, archive);
                });
    }

    private Optional<Container> sameName(PodSandboxId sandbox, ContainerMetadata metadata) {
        return store.containersOf(sandbox).stream()
                .filter(container -> container.definition().config().metadata().equals(metadata))
                .findFirst();
    }

    /** A caller that missed the answer asks again. */
    private static ContainerId reuse(Container container, ContainerConfig config) {
        if (container.state() instanceof ContainerState.Created
                && container.definition().config().equals(config)) {
            return container.id();
        }
        throw new Fault(
                FaultKind.ALREADY_EXISTS,
                "cannot create container %s: container %s has that name and is %s; remove it first"
                        .formatted(
                                config.metadata(),
                                container.id(),
                                container.state().kind()));
    }

    private ContainerId make(Sandbox sandbox, ContainerConfig config, Optional<Path> archive) {
        DiskLimits limits = limits(sandbox, config);
        ContainerId id = ContainerId.generate();
        Optional<ResolvedImage> named = archive.isPresent() ? Optional.empty() : Optional.of(image(config));
        String cgroupPath = cgroups.ofContainer(sandbox.definition().cgroupParent(), id);
        Intent intent = new Intent(Intent.Kind.CONTAINER, id.value(), sandbox.id(), cgroupPath);
        try (Rollback rollback = new Rollback("create container " + id)) {
            store.intend(intent);
            rollback.onFailure("undo what the intent says", () -> end.undo(intent));
            Optional<Checkpoint> checkpoint = archive.map(file -> prepare(id, config, file));
            ResolvedImage image = named.orElseGet(() -> image(config, checkpoint.orElseThrow()));
            Launched launched = launch(sandbox, config, image, limits, checkpoint, intent, rollback);
            Container container = store.add(launched.definition(), launched.condition());
            timelines.created(id, launched.created().timeline());
            announcements.container(
                    PodEvent.Type.CREATED, container, container.definition().createdAt());
            plugins.postCreateContainer(container);
            rollback.commit();
            // It may have been killed before anyone could hear of it.
            ExitRecord.read(folders.exitFile(sandbox.id(), id)).ifPresent(exit -> exits.record(container, exit));
            return id;
        }
    }

    private DiskLimits limits(Sandbox sandbox, ContainerConfig config) {
        return naming(
                config,
                () -> quotas.limits(
                        config.metadata().name(), sandbox.definition().config().annotations(), config.annotations()));
    }

    /** Faults about quotas say which part of a container they are about, and not of which container. */
    private static <T> T naming(ContainerConfig config, Supplier<T> work) {
        try {
            return work.get();
        } catch (Fault e) {
            throw e.in("cannot create container " + config.metadata());
        }
    }

    private ResolvedImage image(ContainerConfig config) {
        ResolvedImage image = images.resolve(config.image().image())
                .orElseThrow(() -> Fault.notFound("cannot create container " + config.metadata() + ": image "
                        + config.image().image() + " is not on this machine"));
        ImageRules.check(config.image(), image, "create container " + config.metadata());
        return image;
    }

    private Checkpoint prepare(ContainerId id, ContainerConfig config, Path archive) {
        try {
            Checkpoint checkpoint = restorations.prepare(id, archive);
            RestoreRules.check(config, checkpoint);
            return checkpoint;
        } catch (Fault e) {
            throw e.in("cannot create container " + config.metadata());
        }
    }

    /** The image that the checkpointed container was made from; it must be the request's, when that names one. */
    private ResolvedImage image(ContainerConfig config, Checkpoint checkpoint) {
        if (Restorations.archive(config.image()).isEmpty()) {
            ResolvedImage named = image(config);
            if (!named.reference().equals(checkpoint.imageReference())) {
                throw Fault.invalid("cannot create container " + config.metadata() + ": its image is "
                        + named.reference() + ", that of the checkpointed container was "
                        + checkpoint.imageReference());
            }
            return named;
        }
        return images.resolve(checkpoint.imageReference())
                .or(() -> images.resolve(checkpoint.imageName())
                        .filter(found -> found.reference().equals(checkpoint.imageReference())))
                .orElseThrow(() -> Fault.notFound("cannot create container " + config.metadata()
                        + ": the checkpoint's image " + checkpoint.imageReference() + " (" + checkpoint.imageName()
                        + ") is not on this machine; pull it first"));
    }

    private Launched launch(
            Sandbox sandbox,
            ContainerConfig config,
            ResolvedImage image,
            DiskLimits limits,
            Optional<Checkpoint> checkpoint,
            Intent intent,
            Rollback rollback) {
        ContainerId id = ContainerId.of(intent.id());
        Set<String> named = CdiDevices.asked(config);
        PodShim shim = shims.of(sandbox.id());
        Rootfs rootfs = images.prepare(id, image);
        naming(config, () -> quotas.prepareLayer(id, rootfs, limits));
        RootOwner owner = RootOwner.of(sandbox.definition().namespaces());
        owner.adopt(rootfs.upper());
        owner.adopt(rootfs.work());
        if (checkpoint.isPresent()) {
            images.applyChanges(id, restorations.checkpoint(id).changes());
            quotas.checkLayer(id);
        }
        ContainerPlan plan = new ContainerPlan(
                sandbox.definition(), config, image, folders, store, ImageVolumes.prepare(id, config.mounts(), images));
        BuiltSpec built = specs.build(plan.specRequest(id, rootfs, intent.cgroupPath()))
                .map(spec -> devices.inject(spec, named, Set.of()));
        ContainerDefinition asked = plan.definition(id, built, intent.cgroupPath());
        Creation creation = plugins.createContainer(sandbox, asked);
        rollback.onFailure("tell plugins that it is not made", () -> plugins.abandonContainer(sandbox, asked));
        Spec adjusted = devices.inject(creation.spec(), creation.cdiDevices(), named);
        ContainerDefinition definition = asked.withSpec(bundles.document(
                sandbox.id(), id, limits.layer().isPresent() ? SealedProjects.seal(adjusted) : adjusted));
        changes.apply(creation.changes());
        checkpoint.ifPresent(saved -> RestoreRules.checkMounts(saved, definition.spec()));
        label(sandbox, built);
        plan.makeLogFolder();
        if (checkpoint.isPresent()) {
            plan.continueLog(restorations.checkpoint(id).containerLog());
        }
        plan.logPath().ifPresent(log -> naming(config, () -> quotas.prepareLog(id, log, limits)));
        Cgroup cgroup = cgroups.create(intent.cgroupPath(), plan.limits(definition.spec()));
        Optional<Path> bundle = bundles.make(sandbox.id(), id, definition.spec(), owner);
        CreatedContainer created = shim.create(new ContainerLaunch(
                id.value(),
                definition.spec(),
                RootfsLayers.overlay(
                        rootfs.lowers(),
                        rootfs.upper(),
                        rootfs.work(),
                        bundle.map(HookBundles::rootOf).orElseGet(folders::attachPoint)),
                plan.logPath(),
                config.stdin(),
                config.stdinOnce(),
                plan.pidMode(),
                cgroup.attachFiles(),
                cgroup.unifiedDirectory(),
                folders.exitFile(sandbox.id(), id),
                checkpoint.map(saved -> restorations.restoration(id, saved)),
                bundle));
        cgroup.register(created.pid());
        return new Launched(definition, created);
    }

    /** Its level may be one that its configuration names. */
    private void label(Sandbox sandbox, BuiltSpec built) {
        built.labels().ifPresent(labels -> labelling.keep(sandbox.id(), labels));
        built.relabellings().forEach(volume -> labelling.relabel(volume.top(), volume.label()));
    }

    private record Name(PodSandboxId sandbox, ContainerMetadata metadata) {
        @Override
        public String toString() {
            return metadata + " in pod sandbox " + sandbox;
        }
    }

    private record Launched(ContainerDefinition definition, CreatedContainer created) {
        ContainerCondition condition() {
            ProcessIdentity process = new ProcessIdentity(created.pid(), created.startTime());
            return new ContainerCondition(new ContainerState.Created(process), resources());
        }

        /** Those that were asked for, with what plugins changed. */
        private Optional<LinuxContainerResources> resources() {
            Optional<LinuxContainerResources> asked = definition.config().resources();
            Resources given = definition.spec().linux() == null
                    ? null
                    : definition.spec().linux().resources();
            LinuxContainerResources made = UpdateContainerResources.merge(
                    asked, given == null ? LinuxContainerResources.NONE : ResourcePlan.limits(given));
            return made.equals(LinuxContainerResources.NONE) ? asked : Optional.of(made);
        }
    }
}
