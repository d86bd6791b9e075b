package io.windlass.cri.server;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import java.util.List;

/** What a request is about, in a word for the log: the first of its identifying fields that is set. */
final class RequestSubject {
    private static final List<String> FIELDS = List.of(
            "container_id",
            "pod_sandbox_id",
            "image",
            "sandbox_config",
            "config",
            "filter",
            "metadata",
            "id",
            "namespace",
            "name");
    private static final int MOST_FIELDS = 2;

    private RequestSubject() {}

    /** Empty, or with a space in front. */
    static String of(Object request) {
        StringBuilder out = new StringBuilder();
        if (request instanceof Message message) {
            append(message, out);
        }
        return out.toString();
    }

    private static void append(Message message, StringBuilder out) {
        int found = 0;
        for (String name : FIELDS) {
            FieldDescriptor field = message.getDescriptorForType().findFieldByName(name);
            if (field == null || field.isRepeated() || found == MOST_FIELDS) {
                continue;
            }
            Object value = message.getField(field);
            if (value instanceof String text && !text.isEmpty()) {
                out.append(' ').append(text);
                found++;
            } else if (value instanceof Message inner && message.hasField(field)) {
                append(inner, out);
                found++;
            }
        }
    }
}
