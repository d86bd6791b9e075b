package io.windlass.image.registry;

import io.windlass.image.hosts.Endpoint;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** Which servers sent the bytes of one blob, and which are not asked for it any more because these were not the blob's. Thread-safe. */
final class Senders {
    /** Since the blob was last begun, each with its first answer. */
    private final Map<Endpoint, Transfer> sent = new LinkedHashMap<>();

    private final Set<Endpoint> wrong = new HashSet<>();
    private final Set<Endpoint> suspected = new HashSet<>();

    synchronized void sends(Endpoint endpoint, Transfer transfer) {
        sent.putIfAbsent(endpoint, transfer);
    }

    synchronized Set<Endpoint> leftOut() {
        Set<Endpoint> all = new HashSet<>(wrong);
        all.addAll(suspected);
        return Set.copyOf(all);
    }

    /**
     * One server alone was wrong for sure. Of several each may have been: the first is only left out until another turns out to be wrong by
     * itself.
     *
     * @return whether there was any to leave out
     */
    synchronized boolean leaveOut(String reason) {
        Iterator<Map.Entry<Endpoint, Transfer>> all = sent.entrySet().iterator();
        if (!all.hasNext()) {
            return false;
        }
        Map.Entry<Endpoint, Transfer> first = all.next();
        if (all.hasNext()) {
            suspected.add(first.getKey());
        } else {
            wrong.add(first.getKey());
            suspected.clear();
        }
        first.getValue().wasWrong(reason);
        sent.clear();
        return true;
    }
}
