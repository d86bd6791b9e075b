package io.windlass.image;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.image.content.ContentStore;
import io.windlass.image.manifest.Descriptor;
import io.windlass.image.store.StoredImage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/** Tells what an image is made of. Thread-safe. */
final class InspectImage {
    private static final JsonMapper MAPPER = new JsonMapper();

    private final ContentStore content;
    private final StoredDocuments documents;

    InspectImage(ContentStore content, StoredDocuments documents) {
        this.content = content;
        this.documents = documents;
    }

    ImageDetails inspect(StoredImage image) {
        StoredDocuments.Tree tree = documents.tree(image, Optional.empty());
        byte[] config = content.read(image.id().config())
                .orElseThrow(() -> Fault.precondition(
                        "the config of image " + image.id() + " is not in the content store; pull the image again"));
        return new ImageDetails(
                image.id(),
                image.names().keySet().stream().sorted().toList(),
                image.size(),
                text(tree.ownDocument().content()),
                text(config),
                history(config, tree.own().layers()));
    }

    private static List<ImageDetails.Step> history(byte[] config, List<Descriptor> layers) {
        List<ImageDetails.Step> steps = new ArrayList<>();
        Iterator<Descriptor> left = layers.iterator();
        for (JsonNode step : read(config).path("history")) {
            boolean made = !step.path("empty_layer").asBoolean(false) && left.hasNext();
            steps.add(new ImageDetails.Step(
                    step.path("created").asText(""),
                    step.path("created_by").asText(""),
                    step.path("comment").asText(""),
                    made ? Optional.of(left.next()) : Optional.empty()));
        }
        // A history is voluntary, layers are not.
        left.forEachRemaining(layer -> steps.add(new ImageDetails.Step("", "", "", Optional.of(layer))));
        return steps;
    }

    private static JsonNode read(byte[] config) {
        try {
            return MAPPER.readTree(config);
        } catch (JsonProcessingException e) {
            throw new Fault(FaultKind.DATA_LOSS, "the image's config is not valid JSON: " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw ContentStore.failure("read the image's config", e);
        }
    }

    private static String text(byte[] document) {
        return new String(document, StandardCharsets.UTF_8);
    }
}
