package io.windlass.image;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.windlass.fault.Fault;
import io.windlass.image.archive.FileTar;
import io.windlass.image.content.ContentStore;
import io.windlass.image.content.StoreLayout;
import io.windlass.image.manifest.Descriptor;
import io.windlass.image.manifest.ImageManifest;
import io.windlass.image.reference.Digest;
import io.windlass.image.reference.ImageReference;
import io.windlass.image.store.Collector;
import io.windlass.image.store.StoredImage;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Writes images into one archive that is an OCI image layout and, by its {@code manifest.json}, one that Docker and Podman load.
 * Thread-safe.
 */
final class SaveImages {
    private final StoreLayout layout;
    private final StoredDocuments documents;
    private final Collector collector;

    SaveImages(StoreLayout layout, StoredDocuments documents, Collector collector) {
        this.layout = layout;
        this.documents = documents;
        this.collector = collector;
    }

    /** An image under one of its names; without one it is saved without a name. */
    record Named(StoredImage image, Optional<String> name) {}

    void save(List<Named> images, OutputStream out) {
        Set<Digest> used = new HashSet<>();
        images.forEach(named -> used.addAll(named.image.blobs()));
        try (Collector.Lease _ = collector.lease(used)) {
            // What is missing is told before the first byte is written.
            Map<Named, StoredDocuments.Tree> trees = new LinkedHashMap<>();
            images.forEach(named -> trees.put(named, tree(named)));
            FileTar tar = new FileTar(out);
            tar.add("oci-layout", bytes("{\"imageLayoutVersion\":\"1.0.0\"}"));
            Set<Digest> written = new HashSet<>();
            for (StoredDocuments.Tree tree : trees.values()) {
                for (StoredDocuments.Doc document : tree.documents()) {
                    for (Descriptor blob : documents.blobs(document)) {
                        if (written.add(blob.digest())) {
                            tar.add(place(blob.digest()), layout.blob(blob.digest()), blob.size());
                        }
                    }
                    if (written.add(document.digest())) {
                        tar.add(place(document.digest()), document.content());
                    }
                }
            }
            tar.add("index.json", bytes(index(trees)));
            tar.add("manifest.json", bytes(dockerManifest(trees)));
            tar.end();
        } catch (IOException e) {
            throw ContentStore.failure("save images", e);
        }
    }

    private StoredDocuments.Tree tree(Named named) {
        try {
            StoredDocuments.Tree tree = documents.tree(named.image, named.name);
            tree.documents().forEach(documents::blobs);
            return tree;
        } catch (Fault e) {
            throw e.in("cannot save image " + named.name.orElse(named.image.id().toString()));
        }
    }

    private static String index(Map<Named, StoredDocuments.Tree> trees) {
        ObjectNode index = JsonNodeFactory.instance.objectNode();
        index.put("schemaVersion", 2);
        index.put("mediaType", "application/vnd.oci.image.index.v1+json");
        ArrayNode manifests = index.putArray("manifests");
        trees.forEach((named, tree) -> {
            ObjectNode entry = manifests.addObject();
            entry.put("mediaType", tree.top().mediaType());
            entry.put("digest", tree.top().digest().toString());
            entry.put("size", tree.top().content().length);
            named.name.ifPresent(name -> {
                ObjectNode annotations = entry.putObject("annotations");
                annotations.put("io.containerd.image.name", name);
                ImageReference.parse(name)
                        .tag()
                        .ifPresent(tag -> annotations.put("org.opencontainers.image.ref.name", tag));
            });
        });
        return index.toString();
    }

    /** Docker's list: one entry for each image, with all its names. */
    private static String dockerManifest(Map<Named, StoredDocuments.Tree> trees) {
        Map<ImageManifest, List<String>> tags = new LinkedHashMap<>();
        trees.forEach((named, tree) -> {
            List<String> own = tags.computeIfAbsent(tree.own(), _ -> new ArrayList<>());
            named.name
                    .filter(name -> ImageReference.parse(name).tag().isPresent())
                    .ifPresent(own::add);
        });
        ArrayNode list = JsonNodeFactory.instance.arrayNode();
        tags.forEach((manifest, names) -> {
            ObjectNode entry = list.addObject();
            entry.put("Config", place(manifest.config().digest()));
            ArrayNode repoTags = entry.putArray("RepoTags");
            names.forEach(repoTags::add);
            ArrayNode layers = entry.putArray("Layers");
            manifest.layers().forEach(layer -> layers.add(place(layer.digest())));
        });
        return list.toString();
    }

    private static String place(Digest digest) {
        return "blobs/" + digest.algorithm().label() + "/" + digest.hex();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
