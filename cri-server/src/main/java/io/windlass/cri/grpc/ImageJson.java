package io.windlass.cri.grpc;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.windlass.image.Image;
import io.windlass.image.manifest.OciImageConfig;
import java.util.Collection;

/** An image's configuration as the JSON text of a verbose ImageStatus, with the names of the OCI image specification. */
final class ImageJson {
    private ImageJson() {}

    static String of(Image image) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        ObjectNode spec = json.putObject("imageSpec");
        OciImageConfig config = image.config();
        spec.put("created", config.created());
        spec.put("author", config.author());
        spec.put("architecture", config.platform().architecture());
        spec.put("os", config.platform().os());
        ObjectNode run = spec.putObject("config");
        run.put("User", config.user());
        fill(run.putArray("Env"), config.env());
        fill(run.putArray("Entrypoint"), config.entrypoint());
        fill(run.putArray("Cmd"), config.cmd());
        run.put("WorkingDir", config.workingDir());
        run.put("StopSignal", config.stopSignal());
        ObjectNode labels = run.putObject("Labels");
        config.labels().forEach(labels::put);
        ObjectNode ports = run.putObject("ExposedPorts");
        config.exposedPorts().forEach(ports::putObject);
        ObjectNode volumes = run.putObject("Volumes");
        config.volumes().forEach(volumes::putObject);
        ObjectNode layers = spec.putObject("rootfs").put("type", "layers");
        fill(layers.putArray("diff_ids"), config.diffIds());
        return json.toString();
    }

    private static void fill(ArrayNode array, Collection<?> values) {
        values.forEach(value -> array.add(value.toString()));
    }
}
