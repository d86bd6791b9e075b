package io.windlass.pod.network.cni;

import io.windlass.linux.Syscalls;
import io.windlass.pod.network.BridgeNetwork;
import io.windlass.pod.network.NetworkAttachment;
import io.windlass.pod.network.NetworkConfig;
import io.windlass.pod.network.NetworkStatus;
import io.windlass.pod.network.PodNetwork;
import io.windlass.pod.network.PodNetworkRequest;
import io.windlass.pod.network.PodRanges;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;

/**
 * Attaches pods by CNI where there is a CNI configuration, else to the built-in bridge. The choice is made anew for each
 * pod, as network add-ons install their configuration while the node is running; a pod is detached by what attached it.
 */
public final class PodNetworks implements PodNetwork {
    private final BridgeNetwork bridge;
    private final CniNetwork cni;

    private PodNetworks(BridgeNetwork bridge, CniNetwork cni) {
        this.bridge = bridge;
        this.cni = cni;
    }

    /** @param folder where the networks keep their stores */
    public static PodNetwork open(NetworkConfig config, CniFolders cni, Path folder, Syscalls kernel) {
        BridgeNetwork bridge = BridgeNetwork.open(config, folder.resolve("network.db"), kernel);
        try {
            return new PodNetworks(bridge, CniNetwork.open(cni, folder.resolve("cni.db"), bridge.ranges(), kernel));
        } catch (RuntimeException e) {
            bridge.close();
            throw e;
        }
    }

    @Override
    public NetworkAttachment attach(PodNetworkRequest request) {
        boolean onBridge = bridge.find(request.podId()).isPresent();
        return !onBridge && (cni.knows(request.podId()) || cni.configured())
                ? cni.attach(request)
                : bridge.attach(request);
    }

    @Override
    public void detach(String podId, Optional<Path> namespace) {
        cni.detach(podId, namespace);
        bridge.detach(podId, namespace);
    }

    @Override
    public Optional<NetworkAttachment> find(String podId) {
        return bridge.find(podId).or(() -> cni.find(podId));
    }

    @Override
    public NetworkStatus status() {
        return cni.configured() ? cni.status() : bridge.status();
    }

    /** The bridge remembers, also for plugins. */
    @Override
    public void use(PodRanges ranges) {
        bridge.use(ranges);
        cni.use(bridge.ranges());
    }

    /** The bridge is not even made where CNI is used and no pod needs it. */
    @Override
    public void converge(Set<String> livePods) {
        try {
            cni.converge(livePods);
        } finally {
            if (!cni.configured() || bridge.inUse()) {
                bridge.converge(livePods);
            }
        }
    }

    @Override
    public void close() {
        cni.close();
        bridge.close();
    }
}
