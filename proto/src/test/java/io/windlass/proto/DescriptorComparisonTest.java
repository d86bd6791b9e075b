package io.windlass.proto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.DescriptorProto.ReservedRange;
import com.google.protobuf.DescriptorProtos.EnumDescriptorProto;
import com.google.protobuf.DescriptorProtos.EnumValueDescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto.Label;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.MethodDescriptorProto;
import com.google.protobuf.DescriptorProtos.ServiceDescriptorProto;
import com.google.protobuf.UnknownFieldSet;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class DescriptorComparisonTest {

    private static final FileDescriptorProto UPSTREAM = upstream();

    static Stream<Arguments> edits() {
        return Stream.of(
                edit("number", f -> field(f).setNumber(9), "v1.Pod.name: number is 9, upstream 1"),
                edit(
                        "type",
                        f -> field(f).setType(FieldDescriptorProto.Type.TYPE_BYTES),
                        "v1.Pod.name: type is TYPE_BYTES, upstream TYPE_STRING"),
                edit(
                        "label",
                        f -> field(f).setLabel(Label.LABEL_REPEATED),
                        "v1.Pod.name: label is LABEL_REPEATED, upstream LABEL_OPTIONAL"),
                edit("JSON name", f -> field(f).setJsonName("Name"), "v1.Pod.name: json_name is Name, upstream name"),
                edit(
                        "deprecated",
                        f -> field(f).getOptionsBuilder().setDeprecated(true),
                        "v1.Pod.name: deprecated is true, upstream unset"),
                edit(
                        "redaction",
                        f -> field(f).getOptionsBuilder().setDebugRedact(true),
                        "v1.Pod.name: debug_redact is true, upstream unset"),
                edit(
                        "custom option",
                        f -> field(f).getOptionsBuilder().setUnknownFields(customOption()),
                        "v1.Pod.name: custom options is 65001: 1\n, upstream "),
                edit("oneof left", f -> field(f).clearOneofIndex(), "v1.Pod.name: oneof is none, upstream identity"),
                edit(
                        "presence",
                        f -> field(f).setProto3Optional(true),
                        "v1.Pod.name: proto3_optional is true, upstream unset"),
                edit(
                        "type name",
                        f -> pod(f).getFieldBuilder(1).setTypeName(".v1.Pod"),
                        "v1.Pod.phase: type_name is .v1.Pod, upstream .v1.Phase"),
                edit("missing field", f -> pod(f).removeField(1), "v1.Pod.phase: field is missing here"),
                edit(
                        "new field",
                        f -> pod(f).addFieldBuilder().setName("extra"),
                        "v1.Pod.extra: field is unknown upstream"),
                edit("missing message", f -> f.removeMessageType(0), "v1.Pod: message is missing here"),
                edit(
                        "new message",
                        f -> f.addMessageTypeBuilder().setName("Extra"),
                        "v1.Extra: message is unknown upstream"),
                edit(
                        "missing nested message",
                        f -> pod(f).removeNestedType(0),
                        "v1.Pod.Inner: message is missing here"),
                edit(
                        "reserved range",
                        f -> pod(f).clearReservedRange(),
                        "v1.Pod: reserved_range is [], upstream [start: 4 end: 6]"),
                edit(
                        "reserved name",
                        f -> pod(f).addReservedName("old"),
                        "v1.Pod: reserved_name is [old], upstream []"),
                edit(
                        "enum value's number",
                        f -> phase(f).getValueBuilder(0).setNumber(1),
                        "v1.Phase.READY: number is 1, upstream 0"),
                edit("missing enum value", f -> phase(f).removeValue(0), "v1.Phase.READY: enum value is missing here"),
                edit("missing enum", f -> f.removeEnumType(0), "v1.Phase: enum is missing here"),
                edit("missing method", f -> service(f).removeMethod(0), "v1.Runtime.List: rpc is missing here"),
                edit(
                        "new method",
                        f -> service(f).addMethodBuilder().setName("Extra"),
                        "v1.Runtime.Extra: rpc is unknown upstream"),
                edit("missing service", f -> f.removeService(0), "v1.Runtime: service is missing here"),
                edit(
                        "request",
                        f -> method(f).setInputType(".v1.Other"),
                        "v1.Runtime.List: input_type is .v1.Other, upstream .v1.Pod"),
                edit(
                        "response",
                        f -> method(f).setOutputType(".v1.Other"),
                        "v1.Runtime.List: output_type is .v1.Other, upstream .v1.Pod"),
                edit(
                        "server streaming",
                        f -> method(f).clearServerStreaming(),
                        "v1.Runtime.List: server_streaming is unset, upstream true"),
                edit(
                        "client streaming",
                        f -> method(f).setClientStreaming(true),
                        "v1.Runtime.List: client_streaming is true, upstream unset"),
                edit("package", f -> f.setPackage("v2"), "v2: package is v2, upstream v1"),
                edit("syntax", f -> f.setSyntax("proto2"), "v1: syntax is proto2, upstream proto3"),
                edit("import", f -> f.addDependency("other.proto"), "v1: dependency is [other.proto], upstream []"));
    }

    @ParameterizedTest
    @MethodSource("edits")
    void reportsTheOneDifferenceWithItsPath(Consumer<FileDescriptorProto.Builder> edit, String expected) {
        FileDescriptorProto.Builder ours = UPSTREAM.toBuilder();
        edit.accept(ours);

        assertThat(DescriptorComparison.differences(ours.build(), UPSTREAM)).containsExactly(expected);
    }

    @Test
    void findsNothingInEqualFiles() {
        assertThat(DescriptorComparison.differences(UPSTREAM, UPSTREAM)).isEmpty();
    }

    @Test
    void orderAndPlaceOfTheGeneratedCodeDoNotCount() {
        FileDescriptorProto.Builder ours = UPSTREAM.toBuilder().setName("elsewhere.proto");
        ours.getOptionsBuilder().setJavaPackage("io.windlass").setGoPackage("windlass");
        DescriptorProto.Builder pod = ours.getMessageTypeBuilder(0);
        FieldDescriptorProto first = pod.getField(0);
        pod.removeField(0).addField(first);

        assertThat(DescriptorComparison.differences(ours.build(), UPSTREAM)).isEmpty();
    }

    private static Arguments edit(String name, Consumer<FileDescriptorProto.Builder> edit, String expected) {
        return argumentSet(name, edit, expected);
    }

    private static FileDescriptorProto upstream() {
        FileDescriptorProto.Builder file =
                FileDescriptorProto.newBuilder().setPackage("v1").setSyntax("proto3");
        DescriptorProto.Builder pod = file.addMessageTypeBuilder().setName("Pod");
        pod.addOneofDeclBuilder().setName("identity");
        pod.addFieldBuilder()
                .setName("name")
                .setNumber(1)
                .setLabel(Label.LABEL_OPTIONAL)
                .setType(FieldDescriptorProto.Type.TYPE_STRING)
                .setJsonName("name")
                .setOneofIndex(0);
        pod.addFieldBuilder()
                .setName("phase")
                .setNumber(2)
                .setType(FieldDescriptorProto.Type.TYPE_ENUM)
                .setTypeName(".v1.Phase");
        pod.addNestedTypeBuilder().setName("Inner");
        pod.addReservedRange(ReservedRange.newBuilder().setStart(4).setEnd(6));
        file.addEnumTypeBuilder()
                .setName("Phase")
                .addValue(EnumValueDescriptorProto.newBuilder().setName("READY").setNumber(0));
        file.addServiceBuilder()
                .setName("Runtime")
                .addMethod(MethodDescriptorProto.newBuilder()
                        .setName("List")
                        .setInputType(".v1.Pod")
                        .setOutputType(".v1.Pod")
                        .setServerStreaming(true));
        return file.build();
    }

    private static UnknownFieldSet customOption() {
        return UnknownFieldSet.newBuilder()
                .addField(65001, UnknownFieldSet.Field.newBuilder().addVarint(1).build())
                .build();
    }

    private static DescriptorProto.Builder pod(FileDescriptorProto.Builder file) {
        return file.getMessageTypeBuilder(0);
    }

    private static FieldDescriptorProto.Builder field(FileDescriptorProto.Builder file) {
        return pod(file).getFieldBuilder(0);
    }

    private static EnumDescriptorProto.Builder phase(FileDescriptorProto.Builder file) {
        return file.getEnumTypeBuilder(0);
    }

    private static ServiceDescriptorProto.Builder service(FileDescriptorProto.Builder file) {
        return file.getServiceBuilder(0);
    }

    private static MethodDescriptorProto.Builder method(FileDescriptorProto.Builder file) {
        return service(file).getMethodBuilder(0);
    }
}
