package io.windlass.image.trust;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import io.windlass.fault.Fault;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A value of a JSON document that knows its line. What decides about trust is read strictly: two fields of one name are a mistake, and
 * so is a field that is not known, because nobody can tell what it would have restricted. Immutable.
 */
final class PlacedJson {
    private static final int DEEPEST = 32;
    private static final JsonFactory FACTORY = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .streamReadConstraints(
                    StreamReadConstraints.builder().maxNestingDepth(DEEPEST).build())
            .build();

    private final Place place;
    private final Object value;

    private PlacedJson(Place place, Object value) {
        this.place = place;
        this.value = value;
    }

    /**
     * Reads one JSON value.
     *
     * @param document its name for messages
     * @throws Fault FAILED_PRECONDITION with the line, when it is something else
     */
    static PlacedJson parse(String document, byte[] content) {
        try (JsonParser parser = FACTORY.createParser(content)) {
            PlacedJson json = read(document, parser, parser.nextToken());
            if (parser.nextToken() != null) {
                throw place(document, parser).wrong("something follows its end");
            }
            return json;
        } catch (JsonProcessingException e) {
            int line = e.getLocation() == null ? 1 : Math.max(1, e.getLocation().getLineNr());
            throw new Place(document, line).wrong("it is not valid JSON: " + e.getOriginalMessage());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static PlacedJson read(String document, JsonParser parser, @Nullable JsonToken token) throws IOException {
        Place place = place(document, parser);
        return switch (token) {
            case null -> throw place.wrong("it ends too early");
            case START_OBJECT -> new PlacedJson(place, fields(document, parser));
            case START_ARRAY -> new PlacedJson(place, items(document, parser));
            case VALUE_STRING -> new PlacedJson(place, parser.getText());
            default -> new PlacedJson(place, token);
        };
    }

    private static Map<String, PlacedJson> fields(String document, JsonParser parser) throws IOException {
        Map<String, PlacedJson> fields = new LinkedHashMap<>();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            fields.put(name, read(document, parser, parser.nextToken()));
        }
        return fields;
    }

    private static List<PlacedJson> items(String document, JsonParser parser) throws IOException {
        List<PlacedJson> items = new ArrayList<>();
        for (JsonToken token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
            items.add(read(document, parser, token));
        }
        return items;
    }

    private static Place place(String document, JsonParser parser) {
        return new Place(document, Math.max(1, parser.currentTokenLocation().getLineNr()));
    }

    Place place() {
        return place;
    }

    /** The fields of an object, whatever their names. */
    Map<String, PlacedJson> fields(String what) {
        if (!(value instanceof Map<?, ?> map)) {
            throw place.wrong(what + " must be an object");
        }
        Map<String, PlacedJson> fields = new LinkedHashMap<>();
        map.forEach((name, field) -> fields.put((String) name, (PlacedJson) field));
        return fields;
    }

    /** The fields of an object that may have only these. */
    Map<String, PlacedJson> fields(String what, Set<String> known) {
        Map<String, PlacedJson> fields = fields(what);
        fields.forEach((name, field) -> {
            if (!known.contains(name)) {
                throw field.place.wrong(what + " has the unknown field \"" + name + "\"");
            }
        });
        return fields;
    }

    /** One field of an object, which must be there. */
    PlacedJson field(String what, String name) {
        PlacedJson field = fields(what).get(name);
        if (field == null) {
            throw place.wrong(what + " has no field \"" + name + "\"");
        }
        return field;
    }

    /** A list that is not empty. */
    List<PlacedJson> items(String what) {
        if (!(value instanceof List<?> list)) {
            throw place.wrong(what + " must be a list");
        }
        if (list.isEmpty()) {
            throw place.wrong(what + " must not be empty");
        }
        return list.stream().map(PlacedJson.class::cast).toList();
    }

    /** A text that is not empty. */
    String text(String what) {
        if (!(value instanceof String text)) {
            throw place.wrong(what + " must be a text");
        }
        if (text.isEmpty()) {
            throw place.wrong(what + " must not be empty");
        }
        return text;
    }
}
