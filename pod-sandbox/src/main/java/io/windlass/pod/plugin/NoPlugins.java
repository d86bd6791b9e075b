package io.windlass.pod.plugin;

import io.windlass.pod.model.LinuxContainerResources;
import java.util.List;

/** Takes no part in anything. */
final class NoPlugins implements PodPlugins {
    @Override
    public Hold hold() {
        return () -> {};
    }

    @Override
    public void runPodSandbox(PodView pod) {}

    @Override
    public void updatePodSandbox(PodView pod, LinuxContainerResources overhead, LinuxContainerResources resources) {}

    @Override
    public void postUpdatePodSandbox(PodView pod) {}

    @Override
    public void stopPodSandbox(PodView pod) {}

    @Override
    public void removePodSandbox(PodView pod) {}

    @Override
    public Creation createContainer(PodView pod, ContainerView container) {
        return new Creation(container.definition().spec(), List.of(), List.of());
    }

    @Override
    public void postCreateContainer(PodView pod, ContainerView container) {}

    @Override
    public void startContainer(PodView pod, ContainerView container) {}

    @Override
    public void postStartContainer(PodView pod, ContainerView container) {}

    @Override
    public Update updateContainer(PodView pod, ContainerView container, LinuxContainerResources resources) {
        return new Update(resources, List.of());
    }

    @Override
    public void postUpdateContainer(PodView pod, ContainerView container) {}

    @Override
    public List<ContainerChange> stopContainer(PodView pod, ContainerView container) {
        return List.of();
    }

    @Override
    public void removeContainer(PodView pod, ContainerView container) {}

    @Override
    public void abandonContainer(PodView pod, ContainerView container) {}
}
