package io.windlass.pod.model;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/** The name of one pod sandbox: 64 lower-case hexadecimal digits, never given twice. */
public record PodSandboxId(@JsonValue String value) {
    public PodSandboxId {
        HexId.check("pod sandbox id", value);
    }

    /** A new id from 256 random bits. */
    public static PodSandboxId generate() {
        return new PodSandboxId(HexId.generate());
    }

    @JsonCreator
    public static PodSandboxId of(String value) {
        return new PodSandboxId(value);
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
