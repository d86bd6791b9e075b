package io.windlass.pod.devices;

import io.windlass.pod.devices.ContainerEdits.IntelRdt;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** The released versions of the CDI specification, and which of a file's fields came with which of them. */
final class SpecVersions {
    /** The oldest first. Version 0.3.0 is the first that this reader takes. */
    private static final List<String> RELEASED =
            List.of("0.1.0", "0.2.0", "0.3.0", "0.4.0", "0.5.0", "0.6.0", "0.7.0", "0.8.0", "1.0.0", "1.1.0");

    /** The newest first, so that the first that is found is what a file needs. */
    private static final List<Feature> FEATURES = List.of(
            new Feature("1.1.0", "intelRdt.schemata or intelRdt.enableMonitoring", anyEdits(edits -> {
                IntelRdt rdt = edits.intelRdt();
                return rdt != null && (rdt.schemata() != null || rdt.enableMonitoring());
            })),
            new Feature(
                    "1.1.0", "netDevices", anyEdits(edits -> !edits.netDevices().isEmpty())),
            new Feature("0.7.0", "intelRdt", anyEdits(edits -> edits.intelRdt() != null)),
            new Feature(
                    "0.7.0",
                    "additionalGids",
                    anyEdits(edits -> !edits.additionalGids().isEmpty())),
            new Feature(
                    "0.6.0",
                    "annotations",
                    spec -> !spec.annotations().isEmpty()
                            || spec.devices().stream()
                                    .anyMatch(device -> !device.annotations().isEmpty())),
            new Feature(
                    "0.6.0",
                    "a dot in the class of kind",
                    spec -> spec.deviceClass().contains(".")),
            new Feature(
                    "0.5.0",
                    "a device name that begins with a digit",
                    spec -> spec.devices().stream()
                            .anyMatch(device -> device.name().matches("[0-9].*"))),
            new Feature(
                    "0.5.0",
                    "deviceNodes.hostPath",
                    anyEdits(edits -> edits.deviceNodes().stream()
                            .anyMatch(node -> !node.hostPath().isEmpty()))),
            new Feature(
                    "0.4.0",
                    "mounts.type",
                    anyEdits(edits -> edits.mounts().stream()
                            .anyMatch(mount -> !mount.type().isEmpty()))),
            new Feature("0.3.0", "what this reader knows", _ -> true));

    private SpecVersions() {}

    /** @throws IllegalArgumentException with the reason, when the file's version is unknown or older than what it uses */
    static void check(CdiSpec spec) {
        String declared = spec.cdiVersion().startsWith("v") ? spec.cdiVersion().substring(1) : spec.cdiVersion();
        if (!RELEASED.contains(declared)) {
            throw new IllegalArgumentException("cdiVersion '%s' is none of 0.3.0 to %s that were released"
                    .formatted(spec.cdiVersion(), RELEASED.getLast()));
        }
        Feature newest = FEATURES.stream()
                .filter(feature -> feature.used().test(spec))
                .findFirst()
                .orElseThrow();
        if (RELEASED.indexOf(declared) < RELEASED.indexOf(newest.since())) {
            throw new IllegalArgumentException("cdiVersion is %s, but %s needs at least %s"
                    .formatted(spec.cdiVersion(), newest.name(), newest.since()));
        }
    }

    private static Predicate<CdiSpec> anyEdits(Predicate<ContainerEdits> test) {
        return spec -> {
            List<ContainerEdits> all = new ArrayList<>(List.of(spec.containerEdits()));
            spec.devices().forEach(device -> all.add(device.containerEdits()));
            return all.stream().anyMatch(test);
        };
    }

    private record Feature(String since, String name, Predicate<CdiSpec> used) {}
}
