package io.windlass.cri.streaming;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;

/**
 * How a session with a process ended, in the two forms of the error channel: a Kubernetes {@code Status} object from protocol
 * version 4 on, plain text before.
 */
sealed interface ProcessStatus {
    ObjectMapper JSON = new ObjectMapper();

    record Success() implements ProcessStatus {}

    record NonZeroExit(int code) implements ProcessStatus {}

    record Failed(String message) implements ProcessStatus {}

    /** The text of the failure, empty for success. */
    default String message() {
        return switch (this) {
            case Success() -> "";
            case NonZeroExit(int code) -> "command terminated with exit code " + code;
            case Failed(String message) -> message;
        };
    }

    /** The bytes for the error channel. */
    default byte[] encode(boolean asStatusObject) {
        return (asStatusObject ? statusObject().toString() : message()).getBytes(StandardCharsets.UTF_8);
    }

    private ObjectNode statusObject() {
        ObjectNode status = JSON.createObjectNode();
        status.putObject("metadata");
        switch (this) {
            case Success() -> status.put("status", "Success");
            case NonZeroExit(int code) -> {
                status.put("status", "Failure").put("reason", "NonZeroExitCode").put("message", message());
                ObjectNode cause =
                        status.putObject("details").putArray("causes").addObject();
                cause.put("reason", "ExitCode").put("message", Integer.toString(code));
            }
            case Failed(String message) ->
                status.put("status", "Failure")
                        .put("reason", "InternalError")
                        .put("message", message)
                        .put("code", 500);
        }
        return status;
    }
}
