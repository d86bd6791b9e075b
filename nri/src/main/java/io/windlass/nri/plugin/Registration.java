package io.windlass.nri.plugin;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.nri.adjustment.Changes;
import io.windlass.nri.ttrpc.RpcClient;
import io.windlass.nri.ttrpc.RpcServer;
import io.windlass.nri.ttrpc.Trunk;
import io.windlass.pod.plugin.PluginTarget;
import io.windlass.proto.nri.ConfigureRequest;
import io.windlass.proto.nri.ContainerEviction;
import io.windlass.proto.nri.Empty;
import io.windlass.proto.nri.RegisterPluginRequest;
import io.windlass.proto.nri.UpdateContainersRequest;
import io.windlass.proto.nri.UpdateContainersResponse;
import java.nio.channels.SocketChannel;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Makes a plugin of a connection: it registers, and is configured. Thread-safe. */
final class Registration {
    /** The version of NRI whose messages are spoken. */
    static final String NRI_VERSION = "v0.12.5";

    private static final String SERVICE = "nri.pkg.api.v1alpha1.Runtime";
    private static final System.Logger LOG = System.getLogger(Registration.class.getName());

    private final NriSettings settings;
    private final PluginTarget target;

    Registration(NriSettings settings, PluginTarget target) {
        this.settings = settings;
        this.target = target;
    }

    /**
     * @param known the name of a plugin that was started here; an external one tells its own
     * @param onEnd runs when the connection ends, however that is
     */
    Plugin register(SocketChannel socket, Optional<PluginName> known, String configuration, Runnable onEnd) {
        Trunk trunk = new Trunk(socket);
        try {
            return register(trunk, known, configuration, onEnd);
        } catch (Fault e) {
            trunk.close();
            throw e;
        }
    }

    private Plugin register(Trunk trunk, Optional<PluginName> known, String configuration, Runnable onEnd) {
        CompletableFuture<PluginName> registered = new CompletableFuture<>();
        RpcClient client = new RpcClient(trunk, Plugin.PLUGIN_SERVICE, () -> {
            registered.completeExceptionally(
                    new Fault(FaultKind.UNAVAILABLE, "cannot register a plugin: it closed its connection before"));
            onEnd.run();
        });
        RpcServer server = new RpcServer(trunk, Plugin.RUNTIME_SERVICE)
                .on(SERVICE, "RegisterPlugin", RegisterPluginRequest.parser(), request -> {
                    name(registered, known, request);
                    return Empty.getDefaultInstance();
                })
                .on(
                        SERVICE,
                        "UpdateContainers",
                        UpdateContainersRequest.parser(),
                        request -> update(registered, request));
        client.start("nri answers");
        server.start("nri requests");
        trunk.start("nri trunk");
        PluginName name = await(registered);
        Plugin plugin = new Plugin(name, trunk, client, settings.request());
        plugin.configure(ConfigureRequest.newBuilder()
                .setConfig(configuration)
                .setRuntimeName("windlass")
                .setRuntimeVersion(settings.runtimeVersion())
                .setRegistrationTimeout(settings.registration().toMillis())
                .setRequestTimeout(settings.request().toMillis())
                .setNRIVersion(NRI_VERSION)
                .build());
        return plugin;
    }

    /** A plugin that names itself wrongly hears why, and goes by itself or is given up in time. */
    private static void name(
            CompletableFuture<PluginName> registered, Optional<PluginName> known, RegisterPluginRequest request) {
        try {
            registered.complete(known.orElseGet(() -> new PluginName(request.getPluginIdx(), request.getPluginName())));
        } catch (Fault e) {
            LOG.log(System.Logger.Level.WARNING, e.getMessage());
            throw e;
        }
    }

    private PluginName await(CompletableFuture<PluginName> registered) {
        try {
            return registered.get(settings.registration().toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new Fault(
                    FaultKind.DEADLINE_EXCEEDED,
                    "cannot register a plugin: it did not register within "
                            + settings.registration().toMillis() + " ms",
                    e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Fault fault ? fault : Fault.internal("cannot register a plugin", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Fault(FaultKind.CANCELLED, "cannot register a plugin: the daemon ends", e);
        }
    }

    /** Evictions are carried out beside the answer: the plugin may be asked about the end of what it evicts. */
    private UpdateContainersResponse update(CompletableFuture<PluginName> registered, UpdateContainersRequest request) {
        PluginName plugin = registered.getNow(null);
        if (plugin == null) {
            throw Fault.precondition("cannot update containers for a plugin that has not registered");
        }
        request.getEvictList().forEach(eviction -> evict(target, eviction));
        return UpdateContainersResponse.newBuilder()
                .addAllFailed(Changes.failed(request.getUpdateList(), plugin.toString(), target))
                .build();
    }

    static void evict(PluginTarget target, ContainerEviction eviction) {
        Thread.ofVirtual().name("evict " + eviction.getContainerId()).start(() -> {
            try {
                target.evict(eviction.getContainerId(), eviction.getReason());
            } catch (Fault e) {
                LOG.log(
                        System.Logger.Level.WARNING,
                        "cannot evict container {0}: {1}",
                        eviction.getContainerId(),
                        e.getMessage());
            }
        });
    }
}
