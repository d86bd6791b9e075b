package io.windlass.cri.grpc;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.windlass.image.ImageService;
import io.windlass.image.progress.ExchangeReport;
import io.windlass.image.progress.LayerReport;
import io.windlass.image.progress.PullReport;
import java.util.Optional;

/** How pulls go on, and what the node's files about registries have wrong, as the JSON text of a verbose Status. */
final class PullsJson {
    private PullsJson() {}

    static String of(ImageService images) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        ArrayNode running = json.putArray("running");
        images.pulls().running().forEach(pull -> details(running.addObject(), pull));
        ArrayNode ended = json.putArray("ended");
        images.pulls().ended().forEach(pull -> summary(ended.addObject(), pull));
        ArrayNode remarks = json.putArray("registryFiles");
        images.registryRemarks().forEach(remark -> remarks.add(remark.toString()));
        return json.toString();
    }

    private static void summary(ObjectNode json, PullReport pull) {
        json.put("image", pull.reference())
                .put("state", pull.state().name())
                .put("manifest", pull.manifest().map(Object::toString).orElse(""))
                .put("bytes", pull.bytes())
                .put("arrived", pull.arrived())
                .put("failure", pull.failure())
                .put("began", pull.began().toString())
                .put("ended", text(pull.ended()));
    }

    private static void details(ObjectNode json, PullReport pull) {
        summary(json, pull);
        ArrayNode layers = json.putArray("layers");
        pull.layers().forEach(layer -> layer(layers.addObject(), layer));
        json.put("forgottenRequests", pull.forgotten());
        ArrayNode requests = json.putArray("requests");
        pull.exchanges().forEach(exchange -> request(requests.addObject(), exchange));
    }

    private static void layer(ObjectNode json, LayerReport layer) {
        json.put("digest", layer.digest().toString())
                .put("size", layer.size())
                .put("arrived", layer.arrived())
                .put("state", layer.state().name())
                .put("began", text(layer.began()))
                .put("ended", text(layer.ended()));
    }

    private static void request(ObjectNode json, ExchangeReport request) {
        json.put("server", request.server())
                .put("serverFrom", request.source())
                .put("object", request.object())
                .put("auth", request.auth().name())
                .put("credentialsFrom", request.credentials())
                .put("status", request.status())
                .put("protocol", request.protocol())
                .put("bytes", request.bytes())
                .put("failure", request.failure())
                .put("began", request.began().toString())
                .put("ended", text(request.ended()));
    }

    private static String text(Optional<?> time) {
        return time.map(Object::toString).orElse("");
    }
}
