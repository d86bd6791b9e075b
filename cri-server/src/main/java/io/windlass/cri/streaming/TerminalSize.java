package io.windlass.cri.streaming;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jboss.logging.Logger;

/**
 * Reads the resize channel: a run of JSON objects {@code {"Width":N,"Height":N}}, possibly cut anywhere between messages.
 * Not thread-safe.
 */
final class TerminalSize {
    private static final Logger LOG = Logger.getLogger(TerminalSize.class);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int LONGEST = 4096;

    private final StringBuilder pending = new StringBuilder();

    /** The sizes completed by {@code bytes}; what is no size is skipped. */
    List<ClientInput.Event.Resize> read(ByteBuffer bytes) {
        pending.append(StandardCharsets.US_ASCII.decode(bytes));
        List<ClientInput.Event.Resize> sizes = new ArrayList<>();
        int end;
        while ((end = pending.indexOf("}")) >= 0) {
            String object = pending.substring(0, end + 1);
            pending.delete(0, end + 1);
            try {
                JsonNode size = JSON.readTree(object);
                sizes.add(new ClientInput.Event.Resize(
                        size.path("Width").asInt(), size.path("Height").asInt()));
            } catch (JsonProcessingException e) {
                LOG.debugf("skipped a terminal size that is none: %s", object);
            }
        }
        if (pending.length() > LONGEST) {
            pending.setLength(0);
        }
        return sizes;
    }
}
