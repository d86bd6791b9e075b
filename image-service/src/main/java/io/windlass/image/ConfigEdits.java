package io.windlass.image;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.windlass.fault.Fault;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** Changes what an image says of how it is run, by lines as a Dockerfile has them, such as {@code CMD ["sh"]}. Stateless. */
final class ConfigEdits {
    private static final JsonMapper MAPPER = new JsonMapper();
    private static final Pattern PORT = Pattern.compile("[0-9]{1,5}(-[0-9]{1,5})?(/(tcp|udp|sctp))?");

    private ConfigEdits() {}

    /** @param config the object "config" of an image's config */
    static void apply(ObjectNode config, List<String> lines) {
        for (String line : lines) {
            try {
                apply(config, line.strip());
            } catch (Fault e) {
                throw e.in("cannot change the image by '" + line + "'");
            }
        }
    }

    private static void apply(ObjectNode config, String line) {
        String[] parts = line.split("\\s+", 2);
        if (parts.length < 2) {
            throw Fault.invalid("it must be a word such as CMD, and a value");
        }
        String value = parts[1].strip();
        switch (parts[0].toUpperCase(Locale.ROOT)) {
            case "CMD" -> config.set("Cmd", command(value));
            case "ENTRYPOINT" -> config.set("Entrypoint", command(value));
            case "USER" -> config.put("User", value);
            case "STOPSIGNAL" -> config.put("StopSignal", value);
            case "WORKDIR" -> {
                if (!value.startsWith("/")) {
                    throw Fault.invalid("the folder must be an absolute path");
                }
                config.put("WorkingDir", value);
            }
            case "ENV" -> variable(config, value);
            case "LABEL" -> {
                String[] pair = pair(value);
                object(config, "Labels").put(pair[0], pair[1]);
            }
            case "EXPOSE" -> {
                if (!PORT.matcher(value).matches()) {
                    throw Fault.invalid("a port is a number, with /tcp, /udp or /sctp where wanted");
                }
                object(config, "ExposedPorts").putObject(value.contains("/") ? value : value + "/tcp");
            }
            default ->
                throw Fault.invalid("'" + parts[0]
                        + "' is none of CMD, ENTRYPOINT, ENV, WORKDIR, USER, LABEL, EXPOSE and STOPSIGNAL");
        }
    }

    /** A JSON list as it is; anything else is what a shell runs. */
    private static ArrayNode command(String value) {
        if (value.startsWith("[")) {
            try {
                JsonNode list = MAPPER.readTree(value);
                if (list instanceof ArrayNode array && array.valueStream().allMatch(JsonNode::isTextual)) {
                    return array;
                }
            } catch (JsonProcessingException e) {
                // It is told below.
            }
            throw Fault.invalid("what begins with [ must be a JSON list of strings");
        }
        return JsonNodeFactory.instance.arrayNode().add("/bin/sh").add("-c").add(value);
    }

    /** A variable takes the place of one of its name. */
    private static void variable(ObjectNode config, String value) {
        String[] pair = pair(value);
        ArrayNode variables = config.get("Env") instanceof ArrayNode old ? old : config.putArray("Env");
        String set = pair[0] + "=" + pair[1];
        for (int i = 0; i < variables.size(); i++) {
            if (variables.get(i).asText().startsWith(pair[0] + "=")) {
                variables.set(i, set);
                return;
            }
        }
        variables.add(set);
    }

    private static String[] pair(String value) {
        int equals = value.indexOf('=');
        if (equals <= 0 || value.substring(0, equals).chars().anyMatch(Character::isWhitespace)) {
            throw Fault.invalid("it must be NAME=VALUE, one for each change");
        }
        String text = value.substring(equals + 1);
        boolean quoted = text.length() >= 2 && text.startsWith("\"") && text.endsWith("\"");
        return new String[] {value.substring(0, equals), quoted ? text.substring(1, text.length() - 1) : text};
    }

    private static ObjectNode object(ObjectNode config, String field) {
        return config.get(field) instanceof ObjectNode old ? old : config.putObject(field);
    }
}
