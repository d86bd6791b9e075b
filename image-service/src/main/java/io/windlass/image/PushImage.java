package io.windlass.image;

import io.windlass.fault.Fault;
import io.windlass.image.content.StoreLayout;
import io.windlass.image.manifest.Descriptor;
import io.windlass.image.progress.Pull;
import io.windlass.image.reference.Digest;
import io.windlass.image.reference.ImageReference;
import io.windlass.image.reference.Repository;
import io.windlass.image.registry.PushSession;
import io.windlass.image.registry.PushSession.Way;
import io.windlass.image.registry.RegistryAuth;
import io.windlass.image.registry.RegistryClient;
import io.windlass.image.store.Collector;
import io.windlass.image.store.StoredImage;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Sends an image of this node to a registry: what is not there yet, blobs before what refers to them. Thread-safe. */
final class PushImage {
    private final RegistryClient registries;
    private final StoreLayout layout;
    private final StoredDocuments documents;
    private final Collector collector;

    PushImage(RegistryClient registries, StoreLayout layout, StoredDocuments documents, Collector collector) {
        this.registries = registries;
        this.layout = layout;
        this.documents = documents;
        this.collector = collector;
    }

    /** @param name the image's name that is pushed; empty for any */
    Pushed push(StoredImage image, Optional<String> name, ImageReference destination, RegistryAuth auth) {
        try (Collector.Lease _ = collector.lease(image.blobs())) {
            StoredDocuments.Tree tree = documents.tree(image, name);
            Digest top = tree.top().digest();
            destination.digest().ifPresent(wanted -> {
                if (!wanted.equals(top)) {
                    throw Fault.invalid("its digest is " + top + ", so it cannot be " + wanted);
                }
            });
            PushSession registry = registries.push(destination, auth, new Pull(destination.toString()));
            List<Repository> elsewhere = image.names().keySet().stream()
                    .map(known -> ImageReference.parse(known).repository())
                    .distinct()
                    .sorted(java.util.Comparator.comparing(Repository::toString))
                    .toList();
            Map<Way, Integer> ways = new EnumMap<>(Way.class);
            long bytes = 0;
            for (StoredDocuments.Doc document : tree.documents()) {
                for (Descriptor blob : StoredDocuments.parts(document)) {
                    Way way = send(registry, blob, elsewhere);
                    ways.merge(way, 1, Integer::sum);
                    bytes += way == Way.UPLOADED ? blob.size() : 0;
                }
                String selector = document.digest().equals(top)
                        ? destination.selector()
                        : document.digest().toString();
                registry.manifest(selector, document.mediaType(), document.digest(), document.content());
            }
            return new Pushed(
                    destination,
                    top,
                    ways.getOrDefault(Way.UPLOADED, 0),
                    ways.getOrDefault(Way.MOUNTED, 0),
                    ways.getOrDefault(Way.PRESENT, 0),
                    bytes,
                    tree.leftOut());
        } catch (Fault e) {
            throw e.in("cannot push image " + image.id() + " to " + destination);
        }
    }

    /** A blob that is not kept here may be there, or in another repository of that registry. */
    private Way send(PushSession registry, Descriptor blob, List<Repository> elsewhere) {
        Path file = layout.blob(blob.digest());
        return registry.blob(blob, file, elsewhere)
                .orElseThrow(() -> Fault.precondition("the registry does not have its layer " + blob.digest()
                        + ", which" + StoredDocuments.NOT_KEPT));
    }
}
