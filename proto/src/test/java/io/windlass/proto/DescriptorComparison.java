package io.windlass.proto;

import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.EnumDescriptorProto;
import com.google.protobuf.DescriptorProtos.EnumValueDescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.MethodDescriptorProto;
import com.google.protobuf.DescriptorProtos.OneofDescriptorProto;
import com.google.protobuf.DescriptorProtos.ServiceDescriptorProto;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import com.google.protobuf.TextFormat;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Lists the differences of two files of protocol buffers.
 *
 * <p>It walks the descriptors by reflection, so that every attribute that a descriptor can have is compared, also one
 * that a later protobuf adds. The order of declarations does not count, nor do comments, the file's name and where the
 * generated code is put. One comparison is for one thread.
 */
final class DescriptorComparison {

    private static final Map<Class<?>, String> KINDS = Map.of(
            DescriptorProto.class, "message",
            FieldDescriptorProto.class, "field",
            OneofDescriptorProto.class, "oneof",
            EnumDescriptorProto.class, "enum",
            EnumValueDescriptorProto.class, "enum value",
            ServiceDescriptorProto.class, "service",
            MethodDescriptorProto.class, "rpc");

    private static final Set<String> NOT_PART_OF_THE_FORMAT = Set.of(
            "google.protobuf.FileDescriptorProto.name",
            "google.protobuf.FileDescriptorProto.source_code_info",
            // An index depends on the order of declarations; oneofs are compared by name instead.
            "google.protobuf.FieldDescriptorProto.oneof_index",
            "google.protobuf.FileOptions.go_package",
            "google.protobuf.FileOptions.java_package",
            "google.protobuf.FileOptions.java_multiple_files",
            "google.protobuf.FileOptions.java_outer_classname");

    private final List<String> differences = new ArrayList<>();

    private DescriptorComparison() {}

    /** One line for each difference, beginning with the full path of the element; empty when the formats are the same. */
    static List<String> differences(FileDescriptorProto ours, FileDescriptorProto upstream) {
        DescriptorComparison comparison = new DescriptorComparison();
        comparison.compare(ours.getPackage(), ours, upstream);
        return List.copyOf(comparison.differences);
    }

    private void compare(String path, Message mine, Message theirs) {
        if (mine instanceof DescriptorProto here && theirs instanceof DescriptorProto there) {
            compareOneofs(path, oneofs(here), oneofs(there));
        }
        for (FieldDescriptor attribute : mine.getDescriptorForType().getFields()) {
            if (NOT_PART_OF_THE_FORMAT.contains(attribute.getFullName())) {
                continue;
            }
            boolean message = attribute.getJavaType() == FieldDescriptor.JavaType.MESSAGE;
            if (attribute.isRepeated() && message && attribute.getMessageType().findFieldByName("name") != null) {
                compareNamed(path, named(mine, attribute), named(theirs, attribute));
            } else if (attribute.isRepeated()) {
                report(path, attribute.getName(), texts(mine, attribute), texts(theirs, attribute));
            } else if (message) {
                compare(path, (Message) mine.getField(attribute), (Message) theirs.getField(attribute));
            } else {
                report(path, attribute.getName(), text(mine, attribute), text(theirs, attribute));
            }
        }
        // A custom option arrives here: its number means nothing to this program, but its bytes can be compared.
        report(
                path,
                "custom options",
                mine.getUnknownFields().toString(),
                theirs.getUnknownFields().toString());
    }

    private void compareNamed(String path, Map<String, Message> mine, Map<String, Message> theirs) {
        Set<String> names = new TreeSet<>(mine.keySet());
        names.addAll(theirs.keySet());
        for (String name : names) {
            String child = path.isEmpty() ? name : path + "." + name;
            Message here = mine.get(name);
            Message there = theirs.get(name);
            if (here == null && there != null) {
                differences.add("%s: %s is missing here".formatted(child, kind(there)));
            } else if (here != null && there == null) {
                differences.add("%s: %s is unknown upstream".formatted(child, kind(here)));
            } else if (here != null && there != null) {
                compare(child, here, there);
            }
        }
    }

    private void compareOneofs(String path, Map<String, String> mine, Map<String, String> theirs) {
        Set<String> fields = new TreeSet<>(mine.keySet());
        fields.retainAll(theirs.keySet());
        for (String field : fields) {
            report(path + "." + field, "oneof", mine.get(field), theirs.get(field));
        }
    }

    private void report(String path, String attribute, @Nullable String mine, @Nullable String theirs) {
        if (!Objects.equals(mine, theirs)) {
            differences.add("%s: %s is %s, upstream %s".formatted(path, attribute, mine, theirs));
        }
    }

    private static Map<String, String> oneofs(DescriptorProto message) {
        Map<String, String> oneofs = new TreeMap<>();
        for (FieldDescriptorProto field : message.getFieldList()) {
            oneofs.put(
                    field.getName(),
                    field.hasOneofIndex()
                            ? message.getOneofDecl(field.getOneofIndex()).getName()
                            : "none");
        }
        return oneofs;
    }

    private static Map<String, Message> named(Message parent, FieldDescriptor attribute) {
        Map<String, Message> elements = new TreeMap<>();
        for (int i = 0; i < parent.getRepeatedFieldCount(attribute); i++) {
            Message element = (Message) parent.getRepeatedField(attribute, i);
            FieldDescriptor name = element.getDescriptorForType().findFieldByName("name");
            elements.put((String) element.getField(name), element);
        }
        return elements;
    }

    private static String texts(Message parent, FieldDescriptor attribute) {
        Set<String> texts = new TreeSet<>();
        for (int i = 0; i < parent.getRepeatedFieldCount(attribute); i++) {
            Object element = parent.getRepeatedField(attribute, i);
            texts.add(
                    element instanceof Message message
                            ? TextFormat.printer().emittingSingleLine(true).printToString(message)
                            : element.toString());
        }
        return texts.toString();
    }

    private static String text(Message parent, FieldDescriptor attribute) {
        return parent.hasField(attribute) ? parent.getField(attribute).toString() : "unset";
    }

    private static String kind(Message element) {
        return KINDS.getOrDefault(
                element.getClass(), element.getDescriptorForType().getName());
    }
}
