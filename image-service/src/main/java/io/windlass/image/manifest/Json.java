package io.windlass.image.manifest;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A JSON object from a registry, read with suspicion: bounded depth, and every field is checked for its type. */
public final class Json {
    private static final int DEEPEST = 64;
    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(DEEPEST)
                            .build())
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private final JsonNode node;

    private Json(JsonNode node) {
        this.node = node;
    }

    /** @throws Fault DATA_LOSS when {@code document} is not one JSON object */
    public static Json parse(byte[] document) {
        try {
            JsonNode node = MAPPER.readTree(document);
            if (node == null || !node.isObject()) {
                throw new Fault(FaultKind.DATA_LOSS, "it is not a JSON object");
            }
            return new Json(node);
        } catch (JsonProcessingException e) {
            throw new Fault(FaultKind.DATA_LOSS, "it is not valid JSON: " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new Fault(FaultKind.DATA_LOSS, "it is not valid JSON: " + e.getMessage(), e);
        }
    }

    public boolean has(String field) {
        return node.hasNonNull(field);
    }

    /** The text of a field; empty when it is not there or null. */
    public String text(String field) {
        if (!has(field)) {
            return "";
        }
        JsonNode value = node.get(field);
        if (!value.isTextual()) {
            throw wrongType(field, "a string");
        }
        return value.textValue();
    }

    public String requiredText(String field) {
        String value = text(field);
        if (value.isEmpty()) {
            throw new Fault(FaultKind.DATA_LOSS, "its field '" + field + "' is missing");
        }
        return value;
    }

    /** A whole number; empty fields are an error. */
    public long requiredLong(String field) {
        JsonNode value = node.get(field);
        if (value == null || !value.isIntegralNumber() || !value.canConvertToLong()) {
            throw wrongType(field, "a whole number");
        }
        return value.longValue();
    }

    /** An object inside; an empty one when it is not there. */
    public Json object(String field) {
        if (!has(field)) {
            return new Json(MAPPER.createObjectNode());
        }
        JsonNode value = node.get(field);
        if (!value.isObject()) {
            throw wrongType(field, "an object");
        }
        return new Json(value);
    }

    public List<Json> objects(String field) {
        List<Json> result = new ArrayList<>();
        for (JsonNode element : array(field)) {
            if (!element.isObject()) {
                throw wrongType(field, "a list of objects");
            }
            result.add(new Json(element));
        }
        return result;
    }

    public List<String> texts(String field) {
        List<String> result = new ArrayList<>();
        for (JsonNode element : array(field)) {
            if (!element.isTextual()) {
                throw wrongType(field, "a list of strings");
            }
            result.add(element.textValue());
        }
        return result;
    }

    /** The objects in an object, by name. */
    public Map<String, Json> children(String field) {
        Map<String, Json> result = new LinkedHashMap<>();
        Json object = object(field);
        object.node.fieldNames().forEachRemaining(name -> result.put(name, object.object(name)));
        return result;
    }

    public Map<String, String> textMap(String field) {
        Map<String, String> result = new LinkedHashMap<>();
        Json object = object(field);
        object.node.fieldNames().forEachRemaining(name -> result.put(name, object.text(name)));
        return result;
    }

    /** The names of an object's fields: Go programs write sets in this way. */
    public Set<String> keys(String field) {
        Set<String> result = new LinkedHashSet<>();
        for (Iterator<String> names = object(field).node.fieldNames(); names.hasNext(); ) {
            result.add(names.next());
        }
        return result;
    }

    private Iterable<JsonNode> array(String field) {
        if (!has(field)) {
            return List.of();
        }
        JsonNode value = node.get(field);
        if (!value.isArray()) {
            throw wrongType(field, "a list");
        }
        return value;
    }

    private static Fault wrongType(String field, String expected) {
        return new Fault(FaultKind.DATA_LOSS, "its field '" + field + "' is not " + expected);
    }
}
