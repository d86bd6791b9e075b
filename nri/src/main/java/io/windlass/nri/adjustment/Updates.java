package io.windlass.nri.adjustment;

import io.windlass.fault.Fault;
import io.windlass.proto.nri.ContainerUpdate;
import io.windlass.proto.nri.LinuxResources;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Collects what the plugins, one after another, want of containers that exist. Not thread-safe. */
public final class Updates {
    private static final System.Logger LOG = System.getLogger(Updates.class.getName());

    private final Map<String, ContainerUpdate.Builder> updates = new LinkedHashMap<>();
    private final Map<String, Owners> owners = new HashMap<>();
    private final String making;

    public Updates() {
        this("");
    }

    private Updates(String making) {
        this.making = making;
    }

    /** Of others while one container is made, which plugins adjust and cannot update. */
    static Updates whileMaking(String container) {
        return new Updates(container);
    }

    /** The limits of a container that is being updated; plugins change these before they are applied. */
    public void begin(String container, LinuxResources asked) {
        ContainerUpdate.Builder update = of(container);
        update.getLinuxBuilder().setResources(asked);
        updates.put(container, update);
    }

    /** An update that cannot be applied, or contradicts that of an earlier plugin, is a fault unless failures are ignored. */
    public void apply(List<ContainerUpdate> asked, String plugin) {
        for (ContainerUpdate update : asked) {
            try {
                apply(update, plugin);
            } catch (Fault e) {
                if (!update.getIgnoreFailure()) {
                    throw e;
                }
                LOG.log(System.Logger.Level.WARNING, "left out: {0}", e.getMessage());
            }
        }
    }

    private void apply(ContainerUpdate update, String plugin) {
        String id = update.getContainerId();
        if (id.equals(making)) {
            throw Fault.invalid(
                    "plugin " + plugin + " asks to update container " + id + ", which is only being made: adjust it");
        }
        ContainerUpdate.Builder collected = of(id);
        LinuxResources.Builder limits = collected.getLinux().getResources().toBuilder();
        new ResourceAdjustment(owners.computeIfAbsent(id, Owners::new), plugin)
                .apply(update.getLinux().getResources(), limits);
        collected.getLinuxBuilder().setResources(limits);
        // A failure may be ignored only if every plugin that wants the update says so.
        collected.setIgnoreFailure(
                update.getIgnoreFailure() && (collected.getIgnoreFailure() || !updates.containsKey(id)));
        updates.put(id, collected);
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
