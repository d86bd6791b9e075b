package io.windlass.proto;

import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The end of {@code make check-proto}: compares two descriptor sets of one file each; exit code 1 if they differ. */
final class CompareDescriptors {

    private CompareDescriptors() {}

    public static void main(String[] arguments) throws IOException {
        if (arguments.length != 2) {
            System.err.println("usage: CompareDescriptors OURS UPSTREAM (serialised FileDescriptorSets)");
            System.exit(2);
        }
        FileDescriptorProto ours = read(Path.of(arguments[0]));
        FileDescriptorProto upstream = read(Path.of(arguments[1]));
        List<String> differences = DescriptorComparison.differences(ours, upstream);
        differences.forEach(System.out::println);
        System.out.println(summary(ours, differences.size()));
        if (!differences.isEmpty()) {
            System.exit(1);
        }
    }

    static String summary(FileDescriptorProto file, int differences) {
        Counts counts = Counts.of(file);
        return "check-proto: %d RPCs, %d messages, %d fields, %d enums: %s"
                .formatted(
                        counts.rpcs(),
                        counts.messages(),
                        counts.fields(),
                        counts.enums(),
                        differences == 0
                                ? "identical"
                                : differences + (differences == 1 ? " difference" : " differences"));
    }

    private static FileDescriptorProto read(Path path) throws IOException {
        try (InputStream in = Files.newInputStream(path)) {
            FileDescriptorSet set = FileDescriptorSet.parseFrom(in);
            if (set.getFileCount() != 1) {
                throw new IOException("cannot compare descriptor set %s: it has %d files, not one"
                        .formatted(path, set.getFileCount()));
            }
            return set.getFile(0);
        }
    }

    /** What a file declares; the entry messages that protoc makes for maps are not counted. */
    private record Counts(int rpcs, int messages, int fields, int enums) {

        static Counts of(FileDescriptorProto file) {
            int rpcs = file.getServiceList().stream()
                    .mapToInt(service -> service.getMethodCount())
                    .sum();
            return file.getMessageTypeList().stream()
                    .map(Counts::of)
                    .reduce(new Counts(rpcs, 0, 0, file.getEnumTypeCount()), Counts::plus);
        }

        private static Counts of(DescriptorProto message) {
            if (message.getOptions().getMapEntry()) {
                return new Counts(0, 0, 0, 0);
            }
            return message.getNestedTypeList().stream()
                    .map(Counts::of)
                    .reduce(new Counts(0, 1, message.getFieldCount(), message.getEnumTypeCount()), Counts::plus);
        }

        private Counts plus(Counts other) {
            return new Counts(rpcs + other.rpcs, messages + other.messages, fields + other.fields, enums + other.enums);
        }
    }
}
