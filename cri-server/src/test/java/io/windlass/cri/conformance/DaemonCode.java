package io.windlass.cri.conformance;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.windlass.cri.v1.RuntimeServiceGrpc;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;

/** Which RPCs the daemon's own code names, and which fields of messages it reads: by its calls of generated methods. Immutable. */
final class DaemonCode {
    private static final String WIRE = RuntimeServiceGrpc.class.getPackageName();

    /** Each call as "Class.method" in lower case: generated names differ from those of the wire in case and underscores only. */
    private final Set<String> calls = new HashSet<>();

    DaemonCode() {
        new ClassFileImporter()
                        .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                        .withImportOption(location -> !location.contains("/test-classes/"))
                        .importPackages("io.windlass.cri")
                        .stream()
                        .filter(caller -> !caller.getPackageName().equals(WIRE))
                        .flatMap(caller -> caller.getAccessesFromSelf().stream())
                        .map(JavaAccess::getTarget)
                        .filter(target -> target.getOwner().getPackageName().equals(WIRE))
                        .forEach(target -> calls.add(call(target.getOwner().getSimpleName(), target.getName())));
    }

    private static String call(String owner, String method) {
        return (owner + "." + method).toLowerCase(Locale.ROOT);
    }

    boolean names(String service, String rpc) {
        return calls.contains(call(service + "Grpc", "get" + rpc + "Method"));
    }

    boolean reads(FieldDescriptor field) {
        String name = field.getName().replace("_", "");
        return Stream.of("get%s", "has%s", "get%sValue", "get%sList", "get%sCount", "get%sMap", "get%sOrDefault")
                .map(form -> call(field.getContainingType().getName(), form.formatted(name)))
                .anyMatch(calls::contains);
    }
}
