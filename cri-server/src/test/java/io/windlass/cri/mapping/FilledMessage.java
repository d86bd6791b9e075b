package io.windlass.cri.mapping;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Fills every field of a message with a value of its own, so that one which a mapper loses can be told. */
final class FilledMessage {
    private final Set<String> skipped;
    private final List<String> marks = new ArrayList<>();
    private int next = 1000;

    /** @param skipped full names of fields to leave unset, below which nothing is filled */
    FilledMessage(Set<String> skipped) {
        this.skipped = skipped;
    }

    /** What stands in the filled fields: each mark once, as it would be printed. */
    List<String> marks() {
        return List.copyOf(marks);
    }

    @SuppressWarnings("unchecked")
    <M extends Message> M fill(M empty) {
        Message.Builder builder = empty.newBuilderForType();
        for (FieldDescriptor field : builder.getDescriptorForType().getFields()) {
            if (skipped.contains(field.getFullName())) {
                continue;
            }
            if (field.isMapField()) {
                builder.addRepeatedField(field, entry(builder, field));
            } else if (field.isRepeated()) {
                builder.addRepeatedField(field, value(builder, field));
            } else {
                builder.setField(field, value(builder, field));
            }
        }
        return (M) builder.build();
    }

    private Message entry(Message.Builder parent, FieldDescriptor field) {
        Message.Builder entry = parent.newBuilderForField(field);
        for (FieldDescriptor part : entry.getDescriptorForType().getFields()) {
            entry.setField(part, value(entry, part));
        }
        return entry.build();
    }

    private Object value(Message.Builder parent, FieldDescriptor field) {
        return switch (field.getJavaType()) {
            case INT -> number();
            case LONG -> (long) number();
            case DOUBLE -> (double) number();
            case FLOAT -> (float) number();
            case BOOLEAN -> true;
            case STRING -> mark(field);
            case BYTE_STRING -> ByteString.copyFromUtf8(mark(field));
            case ENUM -> lastValue(field);
            case MESSAGE -> fill(parent.newBuilderForField(field).build());
        };
    }

    private static EnumValueDescriptor lastValue(FieldDescriptor field) {
        return field.getEnumType().getValues().getLast();
    }

    private int number() {
        marks.add(Integer.toString(++next));
        return next;
    }

    private String mark(FieldDescriptor field) {
        String mark = field.getName() + ++next;
        marks.add(mark);
        return mark;
    }
}
