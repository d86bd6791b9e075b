package io.windlass.pod.model;

import java.util.List;

/** What a container's capabilities differ in from the default set; names with or without CAP_, or ALL. */
public record CapabilityChanges(List<String> add, List<String> drop, List<String> addAmbient) {
    public static final CapabilityChanges NONE = new CapabilityChanges(List.of(), List.of(), List.of());

    public CapabilityChanges {
        add = List.copyOf(add);
        drop = List.copyOf(drop);
        addAmbient = List.copyOf(addAmbient);
    }
}
