package io.windlass.pod.fake;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.pod.network.NetworkAttachment;
import io.windlass.pod.network.NetworkStatus;
import io.windlass.pod.network.PodNetwork;
import io.windlass.pod.network.PodNetworkRequest;
import io.windlass.pod.network.PodRanges;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** A network of numbered addresses. */
public final class FakeNetwork implements PodNetwork {
    private final Failpoints failpoints;
    private final Map<String, NetworkAttachment> attached = new ConcurrentHashMap<>();
    private final AtomicInteger next = new AtomicInteger(2);
    private volatile boolean failingDetach;

    public FakeNetwork(Failpoints failpoints) {
        this.failpoints = failpoints;
    }

    public Set<String> attached() {
        return Set.copyOf(attached.keySet());
    }

    public void failDetach(boolean failing) {
        failingDetach = failing;
    }

    @Override
    public NetworkAttachment attach(PodNetworkRequest request) {
        failpoints.pass("network.attach");
        return attached.computeIfAbsent(
                request.podId(),
                _ -> new NetworkAttachment(
                        List.of(InetAddress.ofLiteral("10.88.0." + next.getAndIncrement())), "eth0", List.of()));
    }

    @Override
    public void detach(String podId, Optional<Path> namespace) {
        if (failingDetach) {
            throw new Fault(FaultKind.UNAVAILABLE, "cannot detach " + podId);
        }
        attached.remove(podId);
    }

    @Override
    public Optional<NetworkAttachment> find(String podId) {
        return Optional.ofNullable(attached.get(podId));
    }

    @Override
    public NetworkStatus status() {
        return NetworkStatus.READY;
    }

    @Override
    public void use(PodRanges ranges) {}

    @Override
    public void converge(Set<String> livePods) {
        attached.keySet().retainAll(livePods);
    }
}
