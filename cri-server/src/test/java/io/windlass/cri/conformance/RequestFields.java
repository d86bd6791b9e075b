package io.windlass.cri.conformance;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.Descriptors.ServiceDescriptor;
import io.windlass.cri.v1.CriProto;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The RPCs of the CRI, and every message with fields that a request can carry. */
final class RequestFields {
    private RequestFields() {}

    /** All RPCs of both services. */
    static List<MethodDescriptor> rpcs() {
        return services().flatMap(service -> service.getMethods().stream()).toList();
    }

    private static Stream<ServiceDescriptor> services() {
        return CriProto.getDescriptor().getServices().stream();
    }

    /** The fields of each message that can be reached from a request, by the message's name. */
    static Map<String, List<FieldDescriptor>> byMessage() {
        Map<String, List<FieldDescriptor>> found = new TreeMap<>();
        Deque<Descriptor> open = new ArrayDeque<>();
        rpcs().forEach(rpc -> open.add(rpc.getInputType()));
        while (!open.isEmpty()) {
            Descriptor message = open.remove();
            if (message.getFields().isEmpty() || found.putIfAbsent(message.getName(), message.getFields()) != null) {
                continue;
            }
            message.getFields().stream()
                    .filter(field -> field.getJavaType() == FieldDescriptor.JavaType.MESSAGE && !field.isMapField())
                    .forEach(field -> open.add(field.getMessageType()));
        }
        return found;
    }
}
