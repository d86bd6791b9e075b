package io.windlass.nri.plugin;

import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import io.windlass.nri.ttrpc.RpcClient;
import io.windlass.nri.ttrpc.RpcException;
import io.windlass.nri.ttrpc.RpcServer;
import io.windlass.nri.ttrpc.Trunk;
import io.windlass.proto.nri.ConfigureRequest;
import io.windlass.proto.nri.ConfigureResponse;
import io.windlass.proto.nri.Empty;
import io.windlass.proto.nri.Event;
import io.windlass.proto.nri.RegisterPluginRequest;
import io.windlass.proto.nri.SynchronizeRequest;
import io.windlass.proto.nri.SynchronizeResponse;
import io.windlass.proto.nri.UpdateContainersRequest;
import io.windlass.proto.nri.UpdateContainersResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** A plugin for tests, on the other end of a real socket: it answers as the test says, and writes down what it hears. */
public final class PeerPlugin implements AutoCloseable {
    private static final String PLUGIN = "nri.pkg.api.v1alpha1.Plugin";
    private static final String RUNTIME = "nri.pkg.api.v1alpha1.Runtime";
    private static final Duration PATIENCE = Duration.ofSeconds(15);

    private final String index;
    private final String name;
    private final Trunk trunk;
    private final RpcServer server;
    private final RpcClient client;
    private final CountDownLatch ended = new CountDownLatch(1);
    private final CountDownLatch synchronizedAll = new CountDownLatch(1);
    private final CompletableFuture<ConfigureRequest> configured = new CompletableFuture<>();
    private final List<SynchronizeRequest> synchronizations = new CopyOnWriteArrayList<>();
    private final List<String> heard = new CopyOnWriteArrayList<>();
    private ConfigureResponse configuration = ConfigureResponse.getDefaultInstance();
    private Function<SynchronizeRequest, Message> onSynchronize = request ->
            SynchronizeResponse.newBuilder().setMore(request.getMore()).build();

    public PeerPlugin(Path socket, String index, String name) {
        this.index = index;
        this.name = name;
        try {
            trunk = new Trunk(SocketChannel.open(UnixDomainSocketAddress.of(socket)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server = new RpcServer(trunk, 1);
        client = new RpcClient(trunk, 2, ended::countDown);
        server.on(PLUGIN, "Configure", ConfigureRequest.parser(), request -> {
            configured.complete(request);
            return configuration;
        });
        server.on(PLUGIN, "Synchronize", SynchronizeRequest.parser(), this::synchronize);
        on("Shutdown", Empty.parser(), _ -> Empty.getDefaultInstance());
    }

    private Message synchronize(SynchronizeRequest request) {
        synchronizations.add(request);
        Message response = onSynchronize.apply(request);
        if (!request.getMore()) {
            synchronizedAll.countDown();
        }
        return response;
    }

    public PeerPlugin events(Event... events) {
        int mask = 0;
        for (Event event : events) {
            mask |= 1 << (event.getNumber() - 1);
        }
        return configuration(configuration.toBuilder().setEvents(mask));
    }

    public PeerPlugin configuration(ConfigureResponse.Builder response) {
        configuration = response.build();
        return this;
    }

    public PeerPlugin onSynchronize(Function<SynchronizeRequest, Message> handler) {
        onSynchronize = handler;
        return this;
    }

    /** Answers one method; without a handler it is unknown, as to a plugin of an old version. */
    public <T extends Message> PeerPlugin on(String method, Parser<T> parser, Function<T, Message> handler) {
        server.on(PLUGIN, method, parser, request -> {
            heard.add(method);
            return handler.apply(request);
        });
        return this;
    }

    /** Begins to serve, without registering. */
    public PeerPlugin serve() {
        server.start("peer requests");
        client.start("peer answers");
        trunk.start("peer");
        return this;
    }

    /** Registers, and waits until it takes part. */
    public PeerPlugin join() throws Exception {
        serve();
        register();
        if (!synchronizedAll.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
            throw new AssertionError("plugin " + name + " was not synchronized");
        }
        return this;
    }

    public void register() throws RpcException, InterruptedException {
        client.call(
                RUNTIME,
                "RegisterPlugin",
                RegisterPluginRequest.newBuilder()
                        .setPluginIdx(index)
                        .setPluginName(name)
                        .build(),
                Empty.parser(),
                PATIENCE);
    }

    public UpdateContainersResponse update(UpdateContainersRequest request) throws RpcException, InterruptedException {
        return client.call(RUNTIME, "UpdateContainers", request, UpdateContainersResponse.parser(), PATIENCE);
    }

    public ConfigureRequest configured() throws Exception {
        return configured.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    public List<SynchronizeRequest> synchronizations() {
        return synchronizations;
    }

    public List<String> heard() {
        return heard;
    }

    public boolean awaitEnd() throws InterruptedException {
        return ended.await(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    @Override
    public void close() {
        trunk.close();
    }
}
