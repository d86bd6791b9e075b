package io.windlass.pod.network;

import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;

/**
 * Connects pods to a network. Pods in the host's network never get here.
 *
 * <p>Implementations are thread-safe, and record what they are about to do before they do it, so that {@link #converge}
 * can finish or undo it after a crash.
 */
public interface PodNetwork extends AutoCloseable {
    /**
     * Gives the pod's network namespace its interface, addresses, routes and host ports, and brings loopback up.
     *
     * <p>Idempotent: a pod that is attached already gets the same attachment. On failure nothing that would be in another
     * pod's way is left, and {@link #detach} clears the rest.
     */
    NetworkAttachment attach(PodNetworkRequest request);

    /**
     * Takes all of {@link #attach} back. Idempotent; unknown pods are no error. An address is released only once no
     * interface carries it.
     *
     * @param namespace the pinned network namespace, empty when it is gone
     * @throws io.windlass.fault.Fault when the detachment has to be tried again; what it depends on must be kept until then
     */
    void detach(String podId, Optional<Path> namespace);

    /** The attachment recorded for a pod, if it has one. */
    Optional<NetworkAttachment> find(String podId);

    /** Whether pods can be attached, and what is missing. */
    NetworkStatus status();

    /**
     * Gives new pods addresses of these ranges from now on, also after a restart. Idempotent.
     *
     * @throws io.windlass.fault.Fault when the configuration has other ones, when pods have addresses of ones that overlap, or
     *     when something else on the host uses them; those of before are then used on
     */
    void use(PodRanges ranges);

    /**
     * At start-up: puts the network's own links and rules in place, and removes every one that belongs to this instance
     * but to none of {@code livePods}. What belongs to others is never touched.
     */
    void converge(Set<String> livePods);

    /** Lets go of sockets and files. Pods stay attached; what no pod needs any more may be removed. */
    @Override
    default void close() {}
}
