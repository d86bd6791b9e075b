package io.windlass.pod.plugin;

import io.windlass.pod.model.LinuxContainerResources;
import java.util.List;

/**
 * Called by the operations at each step of the life of a pod or a container. A call returns when every plugin that asked for the event has
 * answered, or has been given up. A {@link io.windlass.fault.Fault} of those before an effect (run, create, update, start) fails the operation, which
 * undoes itself; the others never throw. Thread-safe.
 */
public interface PodPlugins {
    /** No plugins, nothing changed. */
    PodPlugins NONE = new NoPlugins();

    /**
     * Held by an operation from before its first change that a plugin would see until its last event. Who registers is shown the pods and
     * containers while no operation holds this, and none begins meanwhile: so that nothing is shown twice or not at all.
     * An operation that holds it may hold it again.
     */
    Hold hold();

    /** The sandbox is complete, network included, and nobody else can see it yet. */
    void runPodSandbox(PodView pod);

    void updatePodSandbox(PodView pod, LinuxContainerResources overhead, LinuxContainerResources resources);

    void postUpdatePodSandbox(PodView pod);

    /** The containers have been stopped; the network and the namespaces are still there. */
    void stopPodSandbox(PodView pod);

    void removePodSandbox(PodView pod);

    /** Before anything of the container is made. */
    Creation createContainer(PodView pod, ContainerView container);

    void postCreateContainer(PodView pod, ContainerView container);

    void startContainer(PodView pod, ContainerView container);

    void postStartContainer(PodView pod, ContainerView container);

    Update updateContainer(PodView pod, ContainerView container, LinuxContainerResources resources);

    void postUpdateContainer(PodView pod, ContainerView container);

    /** The container has ended, by request or by itself. Once for each container. */
    List<ContainerChange> stopContainer(PodView pod, ContainerView container);

    void removeContainer(PodView pod, ContainerView container);

    /** A creation failed after {@link #createContainer} had been answered. */
    void abandonContainer(PodView pod, ContainerView container);

    /** Ends with the operation. */
    interface Hold extends AutoCloseable {
        @Override
        void close();
    }
}
