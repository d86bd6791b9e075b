package io.windlass.pod.model;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** One variable of a container's environment. */
public record EnvironmentVariable(String name, String value) {
    /** Takes the value as it comes over the wire; refuses what is not UTF-8, because an OCI document cannot hold it. */
    public static EnvironmentVariable of(String name, byte[] value) {
        try {
            return new EnvironmentVariable(
                    name,
                    StandardCharsets.UTF_8
                            .newDecoder()
                            .decode(ByteBuffer.wrap(value))
                            .toString());
        } catch (CharacterCodingException e) {
            throw new Fault(FaultKind.INVALID_ARGUMENT, "cannot take envs value of '" + name + "': it is not UTF-8", e);
        }
    }
}
