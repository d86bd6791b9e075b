package io.windlass.pod.lifecycle;

import io.windlass.pod.model.LinuxContainerResources;
import io.windlass.pod.plugin.ContainerChange;
import io.windlass.pod.plugin.ContainerView;
import io.windlass.pod.plugin.Creation;
import io.windlass.pod.plugin.PodPlugins;
import io.windlass.pod.plugin.PodView;
import io.windlass.pod.plugin.Update;
import io.windlass.pod.store.Container;
import io.windlass.pod.store.ContainerDefinition;
import io.windlass.pod.store.PodStore;
import io.windlass.pod.store.Sandbox;
import io.windlass.pod.store.SandboxDefinition;
import io.windlass.runtime.shim.PodNamespace;
import io.windlass.runtime.shim.PodShim;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Shows plugins sandboxes and containers as they are, at each step of an operation. Thread-safe. */
public final class PluginCalls {
    private final PodPlugins plugins;
    private final PodStore store;
    private final Shims shims;
    private final PodFolders folders;

    public PluginCalls(PodPlugins plugins, PodStore store, Shims shims, PodFolders folders) {
        this.plugins = plugins;
        this.store = store;
        this.shims = shims;
        this.folders = folders;
    }

    /** Taken by an operation before any lock of a sandbox or a container. */
    public PodPlugins.Hold hold() {
        return plugins.hold();
    }

    public void runPodSandbox(SandboxDefinition sandbox, List<InetAddress> addresses) {
        plugins.runPodSandbox(view(sandbox, addresses));
    }

    public void updatePodSandbox(Sandbox sandbox, LinuxContainerResources overhead, LinuxContainerResources resources) {
        plugins.updatePodSandbox(view(sandbox), overhead, resources);
    }

    public void postUpdatePodSandbox(Sandbox sandbox) {
        plugins.postUpdatePodSandbox(view(sandbox));
    }

    public void stopPodSandbox(Sandbox sandbox) {
        plugins.stopPodSandbox(view(sandbox));
    }

    public void removePodSandbox(SandboxDefinition sandbox, List<InetAddress> addresses) {
        plugins.removePodSandbox(view(sandbox, addresses));
    }

    public Creation createContainer(Sandbox sandbox, ContainerDefinition container) {
        return plugins.createContainer(view(sandbox), unmade(container));
    }

    public void abandonContainer(Sandbox sandbox, ContainerDefinition container) {
        plugins.abandonContainer(view(sandbox), unmade(container));
    }

    public void postCreateContainer(Container container) {
        plugins.postCreateContainer(podOf(container), view(container));
    }

    public void startContainer(Container container) {
        plugins.startContainer(podOf(container), view(container));
    }

    public void postStartContainer(Container container) {
        plugins.postStartContainer(podOf(container), view(container));
    }

    public Update updateContainer(Container container, LinuxContainerResources resources) {
        return plugins.updateContainer(podOf(container), view(container), resources);
    }

    public void postUpdateContainer(Container container) {
        plugins.postUpdateContainer(podOf(container), view(container));
    }

    public List<ContainerChange> stopContainer(Container container) {
        return plugins.stopContainer(podOf(container), view(container));
    }

    public void removeContainer(Container container) {
        plugins.removeContainer(podOf(container), view(container));
    }

    public PodView view(Sandbox sandbox) {
        return view(
                sandbox.definition().withResources(sandbox.overhead(), sandbox.resources()),
                sandbox.condition().addresses());
    }

    public static ContainerView view(Container container) {
        return new ContainerView(
                container.definition(),
                Optional.of(container.state()),
                container.condition().resources().orElse(LinuxContainerResources.NONE));
    }

    private static ContainerView unmade(ContainerDefinition container) {
        return new ContainerView(
                container, Optional.empty(), container.config().resources().orElse(LinuxContainerResources.NONE));
    }

    private PodView podOf(Container container) {
        return view(store.sandbox(container.definition().sandboxId().value()));
    }

    private PodView view(SandboxDefinition sandbox, List<InetAddress> addresses) {
        Map<PodNamespace, Path> namespaces = new EnumMap<>(PodNamespace.class);
        sandbox.ownNamespaces()
                .forEach(namespace -> namespaces.put(namespace, folders.namespace(sandbox.id(), namespace)));
        return new PodView(
                sandbox,
                addresses,
                namespaces,
                shims.find(sandbox.id()).map(PodShim::pid).orElse(0L));
    }
}
