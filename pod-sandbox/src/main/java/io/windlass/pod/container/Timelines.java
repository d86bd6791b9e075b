package io.windlass.pod.container;

import io.windlass.pod.model.ContainerId;
import io.windlass.runtime.shim.Timeline;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** How long each step of the launches of this daemon's containers took; for whoever looks closely. Thread-safe. */
public final class Timelines {
    private final Map<ContainerId, List<Timeline.Step>> steps = new ConcurrentHashMap<>();

    void created(ContainerId id, Timeline timeline) {
        steps.put(id, timeline.steps());
    }

    void started(ContainerId id, Timeline timeline) {
        steps.merge(id, timeline.steps(), (earlier, later) -> {
            List<Timeline.Step> all = new ArrayList<>(earlier);
            all.addAll(later);
            return List.copyOf(all);
        });
    }

    void forget(ContainerId id) {
        steps.remove(id);
    }

    /** Empty for containers that an earlier daemon has made. */
    public List<Timeline.Step> of(ContainerId id) {
        return steps.getOrDefault(id, List.of());
    }
}
