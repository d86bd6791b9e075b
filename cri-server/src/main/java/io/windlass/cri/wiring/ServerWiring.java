package io.windlass.cri.wiring;

import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import io.windlass.cri.config.Config;
import io.windlass.cri.grpc.ContainerEndpoint;
import io.windlass.cri.grpc.EventsEndpoint;
import io.windlass.cri.grpc.ImageEndpoint;
import io.windlass.cri.grpc.NodeEndpoint;
import io.windlass.cri.grpc.PodSandboxEndpoint;
import io.windlass.cri.grpc.RuntimeEndpoint;
import io.windlass.cri.grpc.StatsEndpoint;
import io.windlass.cri.grpc.StreamingEndpoint;
import io.windlass.cri.recovery.Closing;
import io.windlass.cri.server.CriServer;
import io.windlass.cri.server.NodeServer;
import io.windlass.cri.server.RpcTable;
import io.windlass.cri.streaming.StreamingServer;
import io.windlass.cri.v1.ImageServiceGrpc;
import io.windlass.cri.v1.RuntimeServiceGrpc;
import io.windlass.image.ImageService;
import io.windlass.node.v1.NodeServiceGrpc;
import io.windlass.pod.Pods;
import io.windlass.pod.devices.CdiDevices;
import io.windlass.pod.network.PodNetwork;
import io.windlass.pod.spec.Node;
import io.windlass.runtime.shim.ShimSupervisor;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Set;

/** What clients can connect to. */
@Singleton
final class ServerWiring {
    @Produces
    @Singleton
    StreamingServer streaming(Config config, Pods pods, Closing closing) {
        return closing.later(StreamingServer.start(config.streaming(), new PodStreams(pods)));
    }

    @Produces
    @Singleton
    CriServer server(
            Config config,
            Pods pods,
            ShimSupervisor shims,
            PodNetwork network,
            ImageService images,
            StreamingServer streaming,
            Node node,
            CdiDevices devices,
            Closing closing) {
        ServerServiceDefinition runtime = service(
                RuntimeServiceGrpc.getServiceDescriptor(),
                new RuntimeEndpoint(config, shims::start, network, node, devices, pods.quotas(), images),
                new PodSandboxEndpoint(pods),
                new ContainerEndpoint(pods),
                new StreamingEndpoint(pods, streaming),
                new StatsEndpoint(pods),
                new EventsEndpoint(pods.events()));
        ServerServiceDefinition image = service(
                ImageServiceGrpc.getServiceDescriptor(),
                new ImageEndpoint(images, pods.containerStats()::writableLayers));
        Set<Long> allowed = Set.copyOf(config.server().allowedUids());
        return closing.later(new CriServer(
                config.server().listen(), CriServer.Access.OWNER_AND_GROUP, allowed, List.of(runtime, image)));
    }

    @Produces
    @Singleton
    NodeServer nodeServer(Config config, Pods pods, ImageService images, Closing closing) {
        return closing.later(new NodeServer(
                config.server().nodeListen(),
                service(NodeServiceGrpc.getServiceDescriptor(), new NodeEndpoint(images, pods))));
    }

    private static ServerServiceDefinition service(ServiceDescriptor descriptor, RpcTable.Endpoint... endpoints) {
        RpcTable table = new RpcTable(descriptor);
        for (RpcTable.Endpoint endpoint : endpoints) {
            endpoint.register(table);
        }
        return table.define();
    }
}
