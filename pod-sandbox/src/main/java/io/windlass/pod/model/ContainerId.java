package io.windlass.pod.model;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/** The name of one container: 64 lower-case hexadecimal digits, never given twice. */
public record ContainerId(@JsonValue String value) {
    public ContainerId {
        HexId.check("container id", value);
    }

    /** A new id from 256 random bits. */
    public static ContainerId generate() {
        return new ContainerId(HexId.generate());
    }

    @JsonCreator
    public static ContainerId of(String value) {
        return new ContainerId(value);
    }

    /** Whether the text has the form of an id. */
    public static boolean isValid(String value) {
        return HexId.isValid(value);
    }

    @Override
    public String toString() {
        return value;
    }
}
