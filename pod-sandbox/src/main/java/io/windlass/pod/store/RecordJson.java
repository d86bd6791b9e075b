package io.windlass.pod.store;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/** How the store writes records: JSON that older and newer releases can read (unknown fields are left out, absent ones empty). */
public final class RecordJson {
    private static final JsonSetter.Value EMPTY = JsonSetter.Value.forValueNulls(Nulls.AS_EMPTY);
    private static final ObjectMapper MAPPER = JsonMapper.builder()
            .addModule(new Jdk8Module())
            .addModule(new JavaTimeModule())
            .configure(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES, false)
            .withConfigOverride(List.class, type -> type.setSetterInfo(EMPTY))
            .withConfigOverride(Map.class, type -> type.setSetterInfo(EMPTY))
            .withConfigOverride(String.class, type -> type.setSetterInfo(EMPTY))
            .build();

    private RecordJson() {}

    public static String write(Object value) {
        try {
            return MAPPER.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw Fault.internal(
                    "cannot write " + value.getClass().getSimpleName() + " for the store: " + e.getMessage(), e);
        }
    }

    public static <T> T read(String json, Class<T> type) {
        try {
            return MAPPER.readValue(json, type);
        } catch (JsonProcessingException e) {
            throw new Fault(
                    FaultKind.DATA_LOSS, "cannot read stored " + type.getSimpleName() + ": " + e.getMessage(), e);
        }
    }

    /** A JSON text as part of another one. */
    public static JsonNode tree(byte[] json) {
        try {
            return MAPPER.readTree(json);
        } catch (IOException e) {
            throw new Fault(FaultKind.DATA_LOSS, "cannot read stored JSON: " + e.getMessage(), e);
        }
    }
}
