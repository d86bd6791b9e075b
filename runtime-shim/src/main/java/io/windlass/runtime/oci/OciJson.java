package io.windlass.runtime.oci;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import java.io.IOException;

/** Reads and writes the records of this package as JSON. Thread-safe. */
public final class OciJson {
    private static final JsonInclude.Value WHEN_SET =
            JsonInclude.Value.construct(JsonInclude.Include.NON_DEFAULT, JsonInclude.Include.ALWAYS);

    // Numbers are written even when 0 (uid 0 is not "no uid"); a false flag means the same as an absent one.
    private static final ObjectMapper MAPPER = JsonMapper.builder()
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .defaultPropertyInclusion(
                    JsonInclude.Value.construct(JsonInclude.Include.NON_EMPTY, JsonInclude.Include.ALWAYS))
            .withConfigOverride(boolean.class, override -> override.setInclude(WHEN_SET))
            .build();

    private OciJson() {}

    /** @throws Fault INVALID_ARGUMENT when the text is not JSON or a field has the wrong type; the message names it */
    public static <T> T read(byte[] json, Class<T> type) {
        try {
            return MAPPER.readValue(json, type);
        } catch (IOException e) {
            throw new Fault(
                    FaultKind.INVALID_ARGUMENT,
                    "cannot read an OCI %s: %s".formatted(type.getSimpleName(), e.getMessage()),
                    e);
        }
    }

    public static byte[] write(Record value) {
        try {
            return MAPPER.writeValueAsBytes(value);
        } catch (JsonProcessingException e) {
            throw Fault.internal("cannot write an OCI " + value.getClass().getSimpleName() + ": " + e.getMessage(), e);
        }
    }
}
