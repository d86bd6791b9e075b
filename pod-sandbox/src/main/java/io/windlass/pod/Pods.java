package io.windlass.pod;

import io.windlass.linux.MountSyscalls;
import io.windlass.linux.cgroup.CgroupDriver;
import io.windlass.pod.checkpoint.Checkpoints;
import io.windlass.pod.checkpoint.Criu;
import io.windlass.pod.checkpoint.Journal;
import io.windlass.pod.checkpoint.Restorations;
import io.windlass.pod.container.Announcements;
import io.windlass.pod.container.CheckpointContainer;
import io.windlass.pod.container.ContainerChanges;
import io.windlass.pod.container.ContainerEnd;
import io.windlass.pod.container.ContainerExits;
import io.windlass.pod.container.ContainerStatsQuery;
import io.windlass.pod.container.ContainerStatusQuery;
import io.windlass.pod.container.CreateContainer;
import io.windlass.pod.container.ExecSync;
import io.windlass.pod.container.HoldContainer;
import io.windlass.pod.container.ListContainers;
import io.windlass.pod.container.OpenAttach;
import io.windlass.pod.container.OpenExec;
import io.windlass.pod.container.PluginRequests;
import io.windlass.pod.container.RemoveContainer;
import io.windlass.pod.container.ReopenContainerLog;
import io.windlass.pod.container.StartContainer;
import io.windlass.pod.container.StopContainer;
import io.windlass.pod.container.Timelines;
import io.windlass.pod.container.UpdateContainerResources;
import io.windlass.pod.devices.CdiDevices;
import io.windlass.pod.events.PodEvents;
import io.windlass.pod.lifecycle.HookBundles;
import io.windlass.pod.lifecycle.PluginCalls;
import io.windlass.pod.lifecycle.PodCgroups;
import io.windlass.pod.lifecycle.PodFolders;
import io.windlass.pod.lifecycle.PodMounts;
import io.windlass.pod.lifecycle.Shims;
import io.windlass.pod.network.PodNetwork;
import io.windlass.pod.plugin.PluginTarget;
import io.windlass.pod.plugin.PodPlugins;
import io.windlass.pod.quota.ContainerQuotas;
import io.windlass.pod.quota.Projects;
import io.windlass.pod.rootfs.RootfsProvider;
import io.windlass.pod.sandbox.CheckpointPod;
import io.windlass.pod.sandbox.ConnectPort;
import io.windlass.pod.sandbox.ListPodSandboxes;
import io.windlass.pod.sandbox.PodSandboxStatsQuery;
import io.windlass.pod.sandbox.PodSandboxStatusQuery;
import io.windlass.pod.sandbox.RemovePodSandbox;
import io.windlass.pod.sandbox.RestorePod;
import io.windlass.pod.sandbox.RunPodSandbox;
import io.windlass.pod.sandbox.SandboxEnd;
import io.windlass.pod.sandbox.ShimEvents;
import io.windlass.pod.sandbox.StopPodSandbox;
import io.windlass.pod.sandbox.UpdatePodSandboxResources;
import io.windlass.pod.security.Labelling;
import io.windlass.pod.spec.Node;
import io.windlass.pod.spec.SpecBuilder;
import io.windlass.pod.stats.PodMetricsQuery;
import io.windlass.pod.stats.UsageSampler;
import io.windlass.pod.store.PodStore;
import io.windlass.runtime.shim.ShimSupervisor;
import java.nio.file.Path;

/** The operations on pods and containers, wired to one store. Every operation is thread-safe. */
public record Pods(
        RunPodSandbox runPodSandbox,
        StopPodSandbox stopPodSandbox,
        RemovePodSandbox removePodSandbox,
        UpdatePodSandboxResources updatePodSandboxResources,
        ListPodSandboxes listPodSandboxes,
        PodSandboxStatusQuery podSandboxStatus,
        PodSandboxStatsQuery podSandboxStats,
        ConnectPort connectPort,
        CreateContainer createContainer,
        StartContainer startContainer,
        StopContainer stopContainer,
        RemoveContainer removeContainer,
        ListContainers listContainers,
        ContainerStatusQuery containerStatus,
        ContainerStatsQuery containerStats,
        PodMetricsQuery podMetrics,
        UpdateContainerResources updateContainerResources,
        ReopenContainerLog reopenContainerLog,
        CheckpointContainer checkpointContainer,
        HoldContainer holdContainer,
        CheckpointPod checkpointPod,
        RestorePod restorePod,
        ExecSync execSync,
        OpenExec openExec,
        OpenAttach openAttach,
        PluginTarget pluginTarget,
        PodEvents events,
        ContainerQuotas quotas,
        Recover recover,
        PodStore store,
        Shims shims)
        implements AutoCloseable {
    /**
     * Opens the store and wires the operations; {@link #recover} has to run before the first of them.
     *
     * @param kernel for the mounts of pods
     * @param projects the project quotas of this machine's filesystems
     * @param devices those that containers can ask for by name
     * @param podPlugins who takes part; they may ask {@link #pluginTarget} only once recovery has run
     */
    public static Pods open(
            PodsSettings settings,
            RootfsProvider rootfs,
            PodNetwork network,
            ShimSupervisor supervisor,
            CgroupDriver driver,
            MountSyscalls kernel,
            Projects projects,
            Node node,
            CdiDevices devices,
            PodPlugins podPlugins) {
        PodStore store = PodStore.open(settings.database());
        PodEvents events = new PodEvents();
        Announcements announcements = new Announcements(store, events);
        ContainerQuotas quotas = new ContainerQuotas(store, projects, settings.quotas(), rootfs.folder());
        PodFolders folders = new PodFolders(settings.state());
        folders.create();
        PodMounts mounts = new PodMounts(kernel, folders);
        Labelling labelling = labelling(node, store);
        PodCgroups cgroups = new PodCgroups(driver, settings.cgroupParent());
        Shims shims = new Shims(supervisor);
        Timelines timelines = new Timelines();
        PluginCalls plugins = new PluginCalls(podPlugins, store, shims, folders);
        ContainerChanges changes = new ContainerChanges(store, cgroups);
        ContainerExits exits = new ContainerExits(store, cgroups, quotas, announcements, plugins, changes);
        HookBundles bundles = new HookBundles(folders, supervisor.hooks());
        Criu criu = new Criu(settings.programs());
        Restorations restorations = new Restorations(
                settings.checkpoints().resolve("restoring"), criu, rootfs.archives(), folders.attachPoint());
        Journal journal = new Journal(settings.checkpoints().resolve("saving"));
        Checkpoints checkpoints = new Checkpoints(shims, cgroups, rootfs, criu, journal, Path.of("/proc"));
        ContainerEnd end =
                new ContainerEnd(store, shims, cgroups, folders, rootfs, quotas, bundles, exits, restorations);
        SandboxEnd sandboxEnd = new SandboxEnd(store, shims, folders, mounts, cgroups, network, labelling);
        ShimEvents shimEvents = new ShimEvents(store, shims, exits, end, plugins, announcements);
        shims.listen(shimEvents);
        StopPodSandbox stopPodSandbox = new StopPodSandbox(store, end, sandboxEnd, plugins, announcements);
        RemoveContainer removeContainer = new RemoveContainer(store, end, bundles, plugins, announcements, timelines);
        StopContainer stopContainer = new StopContainer(store, shims, end);
        UsageSampler sampler = new UsageSampler(store, shims, cgroups, rootfs, quotas);
        ContainerStatsQuery containerStats = new ContainerStatsQuery(store, sampler);
        RunPodSandbox runPodSandbox = new RunPodSandbox(
                store, shims, folders, mounts, cgroups, network, sandboxEnd, plugins, announcements, node, labelling);
        RemovePodSandbox removePodSandbox =
                new RemovePodSandbox(store, stopPodSandbox, removeContainer, sandboxEnd, plugins, announcements);
        CreateContainer createContainer = new CreateContainer(
                store,
                shims,
                cgroups,
                folders,
                rootfs,
                quotas,
                new SpecBuilder(node),
                devices,
                end,
                exits,
                bundles,
                plugins,
                changes,
                announcements,
                timelines,
                restorations,
                labelling);
        return new Pods(
                runPodSandbox,
                stopPodSandbox,
                removePodSandbox,
                new UpdatePodSandboxResources(store, cgroups, plugins),
                new ListPodSandboxes(store),
                new PodSandboxStatusQuery(store, shims, folders),
                new PodSandboxStatsQuery(store, sampler, containerStats),
                new ConnectPort(store, folders),
                createContainer,
                new StartContainer(store, shims, end, exits, bundles, plugins, announcements, timelines, restorations),
                stopContainer,
                removeContainer,
                new ListContainers(store),
                new ContainerStatusQuery(store, timelines, quotas),
                containerStats,
                new PodMetricsQuery(store, sampler, rootfs),
                new UpdateContainerResources(store, cgroups, quotas, plugins, changes),
                new ReopenContainerLog(store, shims, quotas),
                new CheckpointContainer(store, checkpoints),
                new HoldContainer(store, checkpoints),
                new CheckpointPod(store, checkpoints, folders, rootfs.archives()),
                new RestorePod(store, runPodSandbox, removePodSandbox, createContainer, folders, rootfs.archives()),
                new ExecSync(store, shims, cgroups),
                new OpenExec(store, shims, cgroups),
                new OpenAttach(store, shims),
                new PluginRequests(store, plugins, changes, stopContainer),
                events,
                quotas,
                new Recover(
                        store,
                        shims,
                        folders,
                        bundles,
                        rootfs,
                        quotas,
                        network,
                        end,
                        exits,
                        sandboxEnd,
                        shimEvents,
                        cgroups,
                        journal,
                        restorations),
                store,
                shims);
    }

    /** What pods from before this daemon's start have is theirs. */
    private static Labelling labelling(Node node, PodStore store) {
        Labelling labelling = new Labelling(node.selinux());
        store.sandboxes()
                .forEach(sandbox ->
                        sandbox.definition().selinux().ifPresent(labels -> labelling.keep(sandbox.id(), labels)));
        store.containers()
                .forEach(container -> container
                        .definition()
                        .selinux()
                        .ifPresent(
                                labels -> labelling.keep(container.definition().sandboxId(), labels)));
        return labelling;
    }

    /** Lets go of shims and store; pods and containers go on. */
    @Override
    public void close() {
        shims.closeAll();
        store.close();
    }
}
