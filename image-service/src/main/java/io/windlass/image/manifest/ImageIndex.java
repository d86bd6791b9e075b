package io.windlass.image.manifest;

import io.windlass.fault.Fault;
import java.util.List;
import java.util.Optional;

/** A list of manifests, one for each platform: an OCI index or a Docker manifest list. */
public record ImageIndex(List<Entry> manifests) {
    public ImageIndex {
        manifests = List.copyOf(manifests);
    }

    /**
     * The manifest for {@code wanted}: one of the same variant, else one without a variant, else the first of that
     * architecture. Entries that are no images (attestations have the platform unknown/unknown) never match.
     */
    public Descriptor select(Platform wanted) {
        List<Entry> fitting = manifests.stream().filter(e -> fits(e, wanted)).toList();
        return fitting.stream()
                .filter(e -> variant(e).equals(wanted.variant()))
                .findFirst()
                .or(() -> fitting.stream().filter(e -> variant(e).isEmpty()).findFirst())
                .or(() -> fitting.stream().findFirst())
                .map(Entry::descriptor)
                .orElseThrow(() -> Fault.notFound("it has no image for " + wanted + ", only for " + platforms()));
    }

    private static boolean fits(Entry entry, Platform wanted) {
        return MediaTypes.isManifest(entry.descriptor.mediaType())
                && entry.platform
                        .map(p -> p.os().equals(wanted.os()) && p.architecture().equals(wanted.architecture()))
                        .orElse(false);
    }

    private static String variant(Entry entry) {
        return entry.platform.map(Platform::variant).orElse("");
    }

    private List<String> platforms() {
        return manifests.stream()
                .map(e -> e.platform.map(Platform::toString).orElse("no platform"))
                .distinct()
                .limit(20)
                .toList();
    }

    /** One manifest of the list. */
    public record Entry(Descriptor descriptor, Optional<Platform> platform) {}
}
