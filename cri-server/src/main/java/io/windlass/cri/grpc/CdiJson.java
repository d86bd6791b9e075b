package io.windlass.cri.grpc;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.windlass.pod.devices.CdiDevices.Inventory;

/** The CDI devices of the node, and what is wrong with them, as the JSON text of a verbose Status. */
final class CdiJson {
    private CdiJson() {}

    static String of(Inventory inventory) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        ArrayNode folders = json.putArray("specDirs");
        inventory.folders().forEach(folder -> folders.add(folder.toString()));
        ArrayNode devices = json.putArray("devices");
        inventory.devices().forEach(devices::add);
        ObjectNode problems = json.putObject("problems");
        inventory.problems().forEach((file, problem) -> problems.put(file.toString(), problem));
        ObjectNode conflicts = json.putObject("conflicts");
        inventory.conflicts().forEach((device, files) -> {
            ArrayNode claiming = conflicts.putArray(device);
            files.forEach(file -> claiming.add(file.toString()));
        });
        return json.toString();
    }
}
