package io.windlass.pod.network.cni;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A network configuration list: a name and the plugins that are called in turn.
 *
 * @param text the list as JSON, kept to detach with what was attached with
 */
record CniConfiguration(String name, String version, boolean checkDisabled, List<ObjectNode> plugins, String text) {
    private static final ObjectMapper JSON = new ObjectMapper();

    CniConfiguration {
        plugins = List.copyOf(plugins);
    }

    /** The first file by name that has one of CNI's endings; only that counts, even if it is broken. */
    static Optional<Path> find(Path folder) {
        if (!Files.isDirectory(folder)) {
            return Optional.empty();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.getFileName().toString().matches(".*\\.(conflist|conf|json)"))
                    .min(Comparator.comparing(file -> file.getFileName().toString()));
        } catch (IOException e) {
            throw new Fault(FaultKind.UNAVAILABLE, "cannot list " + folder + ": " + e.getMessage(), e);
        }
    }

    static CniConfiguration read(Path file) {
        try {
            return parse(Files.readString(file, StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new Fault(
                    FaultKind.FAILED_PRECONDITION, "cannot read CNI configuration " + file + ": " + e.getMessage(), e);
        } catch (Fault e) {
            throw e.in("cannot use CNI configuration " + file);
        }
    }

    /** Reads a list, or a single plugin's configuration as a list of one. */
    static CniConfiguration parse(String text) {
        JsonNode root = tree(text);
        List<ObjectNode> plugins = new ArrayList<>();
        if (root.has("plugins")) {
            root.get("plugins").forEach(plugin -> plugins.add(plugin(plugin)));
        } else {
            plugins.add(plugin(root));
        }
        String name = root.path("name").asText("");
        if (!name.matches("[A-Za-z0-9][A-Za-z0-9_.-]*")) {
            throw Fault.precondition("network name '" + name + "' has to be letters, digits, '_', '.' or '-'");
        }
        if (plugins.isEmpty()) {
            throw Fault.precondition("network " + name + " has no plugins");
        }
        return new CniConfiguration(
                name,
                root.path("cniVersion").asText("0.1.0"),
                root.path("disableCheck").asBoolean(false),
                plugins,
                text);
    }

    private static ObjectNode plugin(JsonNode node) {
        String type = node.path("type").asText("");
        if (!(node instanceof ObjectNode object) || !type.matches("[A-Za-z0-9_.-]+")) {
            throw Fault.precondition("a plugin without a usable type: '" + type + "'");
        }
        return object;
    }

    static JsonNode tree(String text) {
        try {
            JsonNode root = JSON.readTree(text);
            if (root == null || !root.isObject()) {
                throw Fault.precondition("no JSON object");
            }
            return root;
        } catch (JsonProcessingException e) {
            throw new Fault(
                    FaultKind.FAILED_PRECONDITION,
                    "line %d: %s".formatted(e.getLocation().getLineNr(), e.getOriginalMessage()),
                    e);
        }
    }

    /** Whether the configuration's version knows CHECK, and a previous result on DEL: 0.4.0 and later. */
    boolean knowsPreviousResult() {
        return !version.matches("0\\.[0-3](\\..*)?");
    }
}
