package io.windlass.nri.adjustment;

import io.windlass.proto.nri.ContainerUpdate;
import io.windlass.proto.nri.LinuxResources;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Collects what the plugins, one after another, want of containers that exist. Not thread-safe. */
public final class Updates {
    private final Map<String, ContainerUpdate.Builder> updates = new LinkedHashMap<>();
    private final Map<String, Owners> owners = new HashMap<>();

    /** The limits of a container that is being updated; plugins change these before they are applied. */
    public void begin(String container, LinuxResources asked) {
        ContainerUpdate.Builder update = of(container);
        update.getLinuxBuilder().setResources(asked);
        updates.put(container, update);
    }

    public void apply(List<ContainerUpdate> asked, String plugin) {
        for (ContainerUpdate update : asked) {
            ContainerUpdate.Builder collected = of(update.getContainerId());
            new ResourceAdjustment(owners.computeIfAbsent(update.getContainerId(), Owners::new), plugin)
                    .apply(
                            update.getLinux().getResources(),
                            collected.getLinuxBuilder().getResourcesBuilder());
            // A failure may be ignored only if every plugin that wants the update says so.
            collected.setIgnoreFailure(update.getIgnoreFailure()
                    && (collected.getIgnoreFailure() || !updates.containsKey(update.getContainerId())));
            updates.put(update.getContainerId(), collected);
        }
    }

    private ContainerUpdate.Builder of(String container) {
        ContainerUpdate.Builder known = updates.get(container);
        return known == null ? ContainerUpdate.newBuilder().setContainerId(container) : known;
    }

    /** The collected limits of one container. */
    public LinuxResources of(String container, LinuxResources otherwise) {
        ContainerUpdate.Builder known = updates.get(container);
        return known == null ? otherwise : known.getLinux().getResources();
    }

    /** All but those of {@code container}. */
    public List<ContainerUpdate> except(String container) {
        return updates.values().stream()
                .filter(update -> !update.getContainerId().equals(container))
                .map(ContainerUpdate.Builder::build)
                .toList();
    }

    public List<ContainerUpdate> all() {
        return updates.values().stream().map(ContainerUpdate.Builder::build).toList();
    }
}
