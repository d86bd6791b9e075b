package io.windlass.image.store;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.image.content.ContentStore;
import io.windlass.image.manifest.ManifestReader;
import io.windlass.image.reference.Digest;
import java.lang.System.Logger.Level;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Keeps the OCI layout's index.json in step with the store, so that other tools can read the images by their names. */
public final class LayoutIndex {
    private static final System.Logger LOG = System.getLogger(LayoutIndex.class.getName());

    private final ContentStore content;
    private final ImageStore store;

    public LayoutIndex(ContentStore content, ImageStore store) {
        this.content = content;
        this.store = store;
    }

    /** On a disk that is full the list stays as it was: no image is lost or kept for that, and the next change or start makes it anew. */
    public synchronized void write() {
        Map<String, Digest> names = new TreeMap<>();
        store.images().forEach(image -> names.putAll(image.names()));
        ObjectNode index = JsonNodeFactory.instance.objectNode();
        index.put("schemaVersion", 2);
        ArrayNode manifests = index.putArray("manifests");
        names.forEach((name, target) -> descriptor(name, target).ifPresent(manifests::add));
        try {
            content.writeIndex(index.toString());
        } catch (Fault e) {
            if (e.kind() != FaultKind.RESOURCE_EXHAUSTED) {
                throw e;
            }
            LOG.log(Level.WARNING, "the list of images for other tools is not up to date: {0}", e.getMessage());
        }
    }

    private Optional<ObjectNode> descriptor(String name, Digest target) {
        try {
            return content.read(target).map(document -> {
                ObjectNode descriptor = JsonNodeFactory.instance.objectNode();
                descriptor.put("mediaType", ManifestReader.mediaTypeOf(document, ""));
                descriptor.put("digest", target.toString());
                descriptor.put("size", document.length);
                descriptor.putObject("annotations").put("org.opencontainers.image.ref.name", name);
                return descriptor;
            });
        } catch (Fault damaged) {
            LOG.log(Level.WARNING, "{0} is left out of the OCI layout: {1}", name, damaged.getMessage());
            return Optional.empty();
        }
    }
}
