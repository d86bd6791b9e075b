package io.windlass.image.registry;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.image.hosts.Capability;
import io.windlass.image.hosts.Endpoint;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * The servers of one pull in the order in which they are asked. Those that could not be reached are asked last from then on, so that a
 * mirror that is down costs a pull its time once. Thread-safe.
 */
final class Servers {
    private final List<Endpoint> endpoints;
    private final Set<Endpoint> unreachable = ConcurrentHashMap.newKeySet();

    Servers(List<Endpoint> endpoints) {
        this.endpoints = List.copyOf(endpoints);
    }

    /** The first answer. Without any, the last one's failure is reported, with what the others said before it. */
    <T> T first(Capability capability, Function<Endpoint, T> request) {
        return first(capability, Set.of(), request);
    }

    /** The same without the servers of {@code excluded}. */
    <T> T first(Capability capability, Set<Endpoint> excluded, Function<Endpoint, T> request) {
        return first(capability, endpoint -> endpoint.can(capability) && !excluded.contains(endpoint), request);
    }

    /** The same, of all servers whatever they can. */
    <T> T any(Function<Endpoint, T> request) {
        return first(Capability.PULL, _ -> true, request);
    }

    private <T> T first(Capability capability, Predicate<Endpoint> usable, Function<Endpoint, T> request) {
        Set<Endpoint> before = Set.copyOf(unreachable);
        List<Fault> failures = new ArrayList<>();
        for (boolean last : new boolean[] {false, true}) {
            for (int i = 0; i < endpoints.size(); i++) {
                Endpoint endpoint = endpoints.get(i);
                if (!usable.test(endpoint) || before.contains(endpoint) != last || !isWay(i)) {
                    continue;
                }
                try {
                    return request.apply(endpoint);
                } catch (Fault e) {
                    if (e.kind() == FaultKind.CANCELLED) {
                        throw e;
                    }
                    if (Patience.leadsNowhere(e)) {
                        unreachable.add(endpoint);
                    }
                    failures.add(e);
                }
            }
        }
        throw together(capability, failures);
    }

    /** Whether there is a server besides those of {@code excluded}. */
    boolean isAnyLeft(Capability capability, Set<Endpoint> excluded) {
        return endpoints.stream().anyMatch(endpoint -> endpoint.can(capability) && !excluded.contains(endpoint));
    }

    /** Another way to a server is one only once the way before it leads nowhere. */
    private boolean isWay(int index) {
        return !endpoints.get(index).onlyIfUnreachable() || unreachable.contains(endpoints.get(index - 1));
    }

    private Fault together(Capability capability, List<Fault> failures) {
        if (failures.isEmpty()) {
            return Fault.precondition("none of the servers " + endpoints + " may be asked "
                    + (capability == Capability.RESOLVE ? "for a tag" : "for content")
                    + ": see the capabilities at " + endpoints.getFirst().source());
        }
        Fault last = failures.removeLast();
        if (failures.isEmpty()) {
            return last;
        }
        StringBuilder message = new StringBuilder(last.getMessage()).append("; before that");
        failures.forEach(f -> message.append(", ").append(f.getMessage()));
        Fault all = new Fault(last.kind(), message.toString(), last);
        failures.forEach(all::addSuppressed);
        return all;
    }
}
