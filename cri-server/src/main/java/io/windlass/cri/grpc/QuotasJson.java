package io.windlass.cri.grpc;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.windlass.pod.quota.ContainerQuotas;

/** What the filesystem of writable layers does about quotas, as the JSON text of a verbose Status. */
final class QuotasJson {
    private QuotasJson() {}

    static String of(ContainerQuotas quotas) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.putObject("layers")
                .put("mountpoint", quotas.layers().mountpoint())
                .put("type", quotas.layers().type())
                .put("device", quotas.layers().device())
                .put("projectQuotas", quotas.layers().state())
                .put("lacking", quotas.layers().lacking());
        json.putObject("projects").put("range", quotas.policy().toString()).put("inUse", quotas.projectsInUse());
        return json.toString();
    }
}
