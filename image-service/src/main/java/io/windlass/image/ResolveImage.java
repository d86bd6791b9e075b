package io.windlass.image;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.image.content.ContentStore;
import io.windlass.image.manifest.Descriptor;
import io.windlass.image.manifest.ImageManifest;
import io.windlass.image.manifest.ManifestReader;
import io.windlass.image.manifest.MediaTypes;
import io.windlass.image.manifest.OciImageConfig;
import io.windlass.image.manifest.Platform;
import io.windlass.image.reference.Digest;
import io.windlass.image.registry.Document;
import io.windlass.image.registry.RegistrySession;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Finds out what a tag or digest stands for on this machine. Documents that are here are not fetched again. Thread-safe. */
final class ResolveImage {
    private final ContentStore content;
    private final Platform here;

    ResolveImage(ContentStore content, Platform here) {
        this.content = content;
        this.here = here;
    }

    /** Goes from what the reference names, through an index if it is one, to the manifest for this platform. */
    Resolved resolve(RegistrySession registry, String selector) {
        Document top = registry.manifest(selector);
        Map<Digest, byte[]> documents = new HashMap<>();
        documents.put(top.digest(), top.content());
        String mediaType = ManifestReader.mediaTypeOf(top.content(), top.contentType());
        if (!MediaTypes.isIndex(mediaType)) {
            return new Resolved(top.digest(), top.digest(), ManifestReader.manifest(top.content()), documents);
        }
        Descriptor chosen = ManifestReader.index(top.content()).select(here);
        byte[] manifest = content.read(chosen.digest())
                .orElseGet(() -> registry.manifest(chosen.digest().toString()).content());
        documents.put(chosen.digest(), manifest);
        if (!MediaTypes.isManifest(ManifestReader.mediaTypeOf(manifest, chosen.mediaType()))) {
            throw Fault.unimplemented("its index leads to another index, which is not supported");
        }
        return new Resolved(top.digest(), chosen.digest(), ManifestReader.manifest(manifest), documents);
    }

    /** The config's bytes, from here or from the registry, which fit the manifest and this machine. */
    byte[] config(RegistrySession registry, ImageManifest manifest) {
        Descriptor descriptor = manifest.config();
        if (descriptor.size() > RegistrySession.MOST_DOCUMENT_BYTES) {
            throw new Fault(
                    FaultKind.RESOURCE_EXHAUSTED,
                    "its config of %d bytes is larger than the allowed %d"
                            .formatted(descriptor.size(), RegistrySession.MOST_DOCUMENT_BYTES));
        }
        byte[] bytes = content.read(descriptor.digest()).orElseGet(() -> registry.document(descriptor, "config"));
        check(manifest, ManifestReader.config(bytes));
        return bytes;
    }

    /** Refuses a config that does not fit the manifest or this machine. */
    void check(ImageManifest manifest, OciImageConfig config) {
        if (config.diffIds().size() != manifest.layers().size()) {
            throw new Fault(
                    FaultKind.DATA_LOSS,
                    "its manifest has %d layers, but its config %d"
                            .formatted(
                                    manifest.layers().size(), config.diffIds().size()));
        }
        Platform made = config.platform();
        boolean fits = (made.os().isEmpty() || made.os().equals(here.os()))
                && (made.architecture().isEmpty() || made.architecture().equals(here.architecture()));
        if (!fits) {
            throw Fault.notFound("it is an image for " + made + ", and this machine is " + here);
        }
    }

    /**
     * What a reference stands for.
     *
     * @param top the digest of the index or manifest that the reference itself names
     * @param chosen the digest of the manifest for this machine
     * @param documents that, and the manifest where it is another one
     */
    record Resolved(Digest top, Digest chosen, ImageManifest manifest, Map<Digest, byte[]> documents) {
        Resolved {
            documents = Map.copyOf(documents);
        }

        /** All blobs that belong to the image. */
        Set<Digest> digests() {
            Set<Digest> all = new HashSet<>(documents.keySet());
            all.add(manifest.config().digest());
            manifest.layers().forEach(layer -> all.add(layer.digest()));
            return all;
        }
    }
}
