package io.windlass.pod.devices;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.StreamReadException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.YAMLException;

/**
 * Turns the text of a specification file into a {@link CdiSpec}. Unknown and repeated fields are refused: what a file asks for
 * and nobody does would be a device that does not work. Thread-safe.
 */
final class SpecText {
    private static final ObjectMapper MAPPER = JsonMapper.builder()
            .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES, DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .build();

    private SpecText() {}

    /** @throws IllegalArgumentException with the reason and the place in the text */
    static CdiSpec json(byte[] text) {
        try {
            return spec(MAPPER.readTree(text));
        } catch (StreamReadException e) {
            throw new IllegalArgumentException(
                    "line %d: %s".formatted(e.getLocation().getLineNr(), e.getOriginalMessage()), e);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    /** As {@link #json}, for YAML 1.1, which Kubernetes writes too. */
    static CdiSpec yaml(byte[] text) {
        LoaderOptions options = new LoaderOptions();
        options.setAllowDuplicateKeys(false);
        options.setCodePointLimit(SpecFolders.LARGEST);
        try {
            return spec(new Yaml(new SafeConstructor(options)).load(new String(text, StandardCharsets.UTF_8)));
        } catch (YAMLException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    private static CdiSpec spec(@Nullable Object tree) {
        CdiSpec spec;
        try {
            spec = MAPPER.convertValue(tree, CdiSpec.class);
        } catch (IllegalArgumentException e) {
            throw e.getCause() instanceof JsonMappingException mapping ? explained(mapping) : e;
        }
        if (spec == null) {
            throw new IllegalArgumentException("it is empty");
        }
        return spec;
    }

    private static IllegalArgumentException explained(JsonMappingException e) {
        String path = e.getPath().stream()
                .map(part -> part.getFieldName() == null ? "[" + part.getIndex() + "]" : "." + part.getFieldName())
                .collect(Collectors.joining())
                .replaceFirst("^\\.", "");
        if (path.isEmpty()) {
            return new IllegalArgumentException("it is no object of fields", e);
        }
        if (e instanceof UnrecognizedPropertyException) {
            return new IllegalArgumentException("there is no field " + path, e);
        }
        return new IllegalArgumentException("field " + path + ": " + e.getOriginalMessage(), e);
    }
}
