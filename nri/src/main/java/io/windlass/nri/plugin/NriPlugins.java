package io.windlass.nri.plugin;

import com.google.protobuf.Message;
import io.windlass.fault.Fault;
import io.windlass.nri.adjustment.Adjusting;
import io.windlass.nri.adjustment.Changes;
import io.windlass.nri.adjustment.Updates;
import io.windlass.nri.message.ContainerMessages;
import io.windlass.nri.message.PodMessages;
import io.windlass.nri.message.ResourceMessages;
import io.windlass.pod.model.LinuxContainerResources;
import io.windlass.pod.plugin.ContainerChange;
import io.windlass.pod.plugin.ContainerView;
import io.windlass.pod.plugin.Creation;
import io.windlass.pod.plugin.PodPlugins;
import io.windlass.pod.plugin.PodView;
import io.windlass.pod.plugin.Update;
import io.windlass.proto.nri.Container;
import io.windlass.proto.nri.ContainerEviction;
import io.windlass.proto.nri.CreateContainerRequest;
import io.windlass.proto.nri.CreateContainerResponse;
import io.windlass.proto.nri.Event;
import io.windlass.proto.nri.LinuxResources;
import io.windlass.proto.nri.PluginInstance;
import io.windlass.proto.nri.PodSandbox;
import io.windlass.proto.nri.PostCreateContainerRequest;
import io.windlass.proto.nri.PostStartContainerRequest;
import io.windlass.proto.nri.PostUpdateContainerRequest;
import io.windlass.proto.nri.PostUpdatePodSandboxRequest;
import io.windlass.proto.nri.RemoveContainerRequest;
import io.windlass.proto.nri.RemovePodSandboxRequest;
import io.windlass.proto.nri.RunPodSandboxRequest;
import io.windlass.proto.nri.StartContainerRequest;
import io.windlass.proto.nri.StopContainerRequest;
import io.windlass.proto.nri.StopContainerResponse;
import io.windlass.proto.nri.StopPodSandboxRequest;
import io.windlass.proto.nri.UpdateContainerRequest;
import io.windlass.proto.nri.UpdateContainerResponse;
import io.windlass.proto.nri.UpdatePodSandboxRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Has NRI's plugins take part in the life of pods and containers, each in its turn. Thread-safe. */
public final class NriPlugins implements PodPlugins {
    private static final System.Logger LOG = System.getLogger(NriPlugins.class.getName());

    private final PluginRegistry registry;
    private volatile Consumer<ContainerEviction> evictions = _ -> {};

    NriPlugins(PluginRegistry registry) {
        this.registry = registry;
    }

    /** Sets who stops containers that a plugin wants gone; before the first plugin. */
    void evictBy(Consumer<ContainerEviction> next) {
        evictions = next;
    }

    @Override
    public Hold hold() {
        return registry.hold();
    }

    @Override
    public void runPodSandbox(PodView pod) {
        tell(
                Event.RUN_POD_SANDBOX,
                "RunPodSandbox",
                pod,
                message -> RunPodSandboxRequest.newBuilder().setPod(message).build());
    }

    @Override
    public void updatePodSandbox(PodView pod, LinuxContainerResources overhead, LinuxContainerResources resources) {
        PodSandbox message = PodMessages.of(pod);
        UpdatePodSandboxRequest request = UpdatePodSandboxRequest.newBuilder()
                .setPod(message)
                .setOverheadLinuxResources(ResourceMessages.of(overhead))
                .setLinuxResources(ResourceMessages.of(resources))
                .build();
        for (Plugin plugin : registry.plugins()) {
            plugin.notice(Event.UPDATE_POD_SANDBOX, "UpdatePodSandbox", request, message, Optional.empty());
        }
    }

    @Override
    public void postUpdatePodSandbox(PodView pod) {
        afterwards(() -> tell(
                Event.POST_UPDATE_POD_SANDBOX,
                "PostUpdatePodSandbox",
                pod,
                message ->
                        PostUpdatePodSandboxRequest.newBuilder().setPod(message).build()));
    }

    @Override
    public void stopPodSandbox(PodView pod) {
        afterwards(() -> tell(
                Event.STOP_POD_SANDBOX,
                "StopPodSandbox",
                pod,
                message -> StopPodSandboxRequest.newBuilder().setPod(message).build()));
    }

    @Override
    public void removePodSandbox(PodView pod) {
        afterwards(() -> tell(
                Event.REMOVE_POD_SANDBOX,
                "RemovePodSandbox",
                pod,
                message -> RemovePodSandboxRequest.newBuilder().setPod(message).build()));
    }

    @Override
    public Creation createContainer(PodView pod, ContainerView container) {
        List<Plugin> plugins = registry.plugins();
        Adjusting adjusting = new Adjusting(
                container, plugins.stream().map(NriPlugins::instance).toList());
        List<ContainerEviction> evicted = new ArrayList<>();
        PodSandbox message = PodMessages.of(pod);
        for (Plugin plugin : plugins) {
            if (plugin.wants(Event.CREATE_CONTAINER)) {
                CreateContainerRequest request = CreateContainerRequest.newBuilder()
                        .setPod(message)
                        .setContainer(adjusting.container())
                        .build();
                plugin.event(Event.CREATE_CONTAINER, "CreateContainer", request, CreateContainerResponse.parser())
                        .ifPresent(response -> {
                            adjusting.apply(response, plugin.name().toString());
                            evicted.addAll(response.getEvictList());
                        });
            }
        }
        Validations.check(plugins, () -> adjusting.validation(message));
        evicted.forEach(evictions);
        return adjusting.creation();
    }

    private static PluginInstance instance(Plugin plugin) {
        return PluginInstance.newBuilder()
                .setIndex(plugin.name().index())
                .setName(plugin.name().base())
                .build();
    }

    @Override
    public void postCreateContainer(PodView pod, ContainerView container) {
        afterwards(() -> tell(
                Event.POST_CREATE_CONTAINER,
                "PostCreateContainer",
                pod,
                container,
                (owner, message) -> PostCreateContainerRequest.newBuilder()
                        .setPod(owner)
                        .setContainer(message)
                        .build()));
    }

    @Override
    public void startContainer(PodView pod, ContainerView container) {
        tell(
                Event.START_CONTAINER,
                "StartContainer",
                pod,
                container,
                (owner, message) -> StartContainerRequest.newBuilder()
                        .setPod(owner)
                        .setContainer(message)
                        .build());
    }

    @Override
    public void postStartContainer(PodView pod, ContainerView container) {
        afterwards(() -> tell(
                Event.POST_START_CONTAINER,
                "PostStartContainer",
                pod,
                container,
                (owner, message) -> PostStartContainerRequest.newBuilder()
                        .setPod(owner)
                        .setContainer(message)
                        .build()));
    }

    @Override
    public Update updateContainer(PodView pod, ContainerView container, LinuxContainerResources resources) {
        List<Plugin> plugins = registry.plugins();
        if (plugins.stream().noneMatch(plugin -> plugin.wants(Event.UPDATE_CONTAINER))) {
            return new Update(resources, List.of());
        }
        String id = container.definition().id().value();
        LinuxResources asked = ResourceMessages.of(resources);
        List<ContainerEviction> evicted = new ArrayList<>();
        Updates updates = new Updates();
        updates.begin(id, asked);
        for (Plugin plugin : plugins) {
            UpdateContainerRequest request = UpdateContainerRequest.newBuilder()
                    .setPod(PodMessages.of(pod))
                    .setContainer(ContainerMessages.of(container))
                    .setLinuxResources(updates.of(id, asked))
                    .build();
            plugin.event(Event.UPDATE_CONTAINER, "UpdateContainer", request, UpdateContainerResponse.parser())
                    .ifPresent(response -> {
                        updates.apply(response.getUpdateList(), plugin.name().toString());
                        evicted.addAll(response.getEvictList());
                    });
        }
        evicted.forEach(evictions);
        return Changes.update(resources, updates, id);
    }

    @Override
    public void postUpdateContainer(PodView pod, ContainerView container) {
        afterwards(() -> tell(
                Event.POST_UPDATE_CONTAINER,
                "PostUpdateContainer",
                pod,
                container,
                (owner, message) -> PostUpdateContainerRequest.newBuilder()
                        .setPod(owner)
                        .setContainer(message)
                        .build()));
    }

    @Override
    public List<ContainerChange> stopContainer(PodView pod, ContainerView container) {
        Updates updates = new Updates();
        StopContainerRequest request = StopContainerRequest.newBuilder()
                .setPod(PodMessages.of(pod))
                .setContainer(ContainerMessages.of(container))
                .build();
        for (Plugin plugin : registry.plugins()) {
            afterwards(
                    () -> plugin.event(Event.STOP_CONTAINER, "StopContainer", request, StopContainerResponse.parser())
                            .ifPresent(response -> updates.apply(
                                    response.getUpdateList(), plugin.name().toString())));
        }
        return Changes.of(updates.all());
    }

    @Override
    public void removeContainer(PodView pod, ContainerView container) {
        afterwards(() -> tell(
                Event.REMOVE_CONTAINER,
                "RemoveContainer",
                pod,
                container,
                (owner, message) -> RemoveContainerRequest.newBuilder()
                        .setPod(owner)
                        .setContainer(message)
                        .build()));
    }

    /** Plugins hear of it as of one that was removed. */
    @Override
    public void abandonContainer(PodView pod, ContainerView container) {
        removeContainer(pod, container);
    }

    private void tell(Event event, String method, PodView pod, PodRequest request) {
        List<Plugin> plugins = wanting(event);
        if (!plugins.isEmpty()) {
            PodSandbox message = PodMessages.of(pod);
            plugins.forEach(plugin -> plugin.notice(event, method, request.of(message), message, Optional.empty()));
        }
    }

    private void tell(Event event, String method, PodView pod, ContainerView container, ContainerRequest request) {
        List<Plugin> plugins = wanting(event);
        if (!plugins.isEmpty()) {
            PodSandbox owner = PodMessages.of(pod);
            Container message = ContainerMessages.of(container);
            plugins.forEach(
                    plugin -> plugin.notice(event, method, request.of(owner, message), owner, Optional.of(message)));
        }
    }

    private List<Plugin> wanting(Event event) {
        return registry.plugins().stream().filter(plugin -> plugin.wants(event)).toList();
    }

    /** What has happened cannot be refused any more. */
    private static void afterwards(Runnable call) {
        try {
            call.run();
        } catch (Fault e) {
            LOG.log(System.Logger.Level.WARNING, "a plugin objects to what has happened: {0}", e.getMessage());
        }
    }

    private interface PodRequest {
        Message of(PodSandbox pod);
    }

    private interface ContainerRequest {
        Message of(PodSandbox pod, Container container);
    }
}
