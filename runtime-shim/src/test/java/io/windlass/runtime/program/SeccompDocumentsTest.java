package io.windlass.runtime.program;

import static org.assertj.core.api.Assertions.assertThat;

import io.windlass.linux.Architecture;
import io.windlass.linux.Capability;
import io.windlass.linux.seccomp.SeccompFilter;
import io.windlass.linux.seccomp.SeccompPolicies;
import io.windlass.runtime.oci.OciJson;
import io.windlass.runtime.oci.Seccomp;
import io.windlass.runtime.oci.SeccompSyscall;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SeccompDocumentsTest {
    @ParameterizedTest
    @ValueSource(strings = {"CAP_CHOWN", "CAP_SYS_ADMIN", "ALL"})
    void compilesADocumentToTheFilterOfItsProfile(String capability) {
        Seccomp document = SeccompDocuments.runtimeDefault(List.of(capability));
        Seccomp stored = OciJson.read(OciJson.write(document), Seccomp.class);

        assertThat(SeccompDocuments.compile(stored))
                .isEqualTo(SeccompFilter.compile(
                                SeccompPolicies.runtimeDefault(),
                                Capability.parseAll(List.of(capability)),
                                Architecture.current())
                        .bytes());
    }

    @Test
    void decidesByCapabilitiesWhichRulesADocumentHas() {
        assertThat(names(SeccompDocuments.runtimeDefault(List.of("CAP_SYS_ADMIN"))))
                .contains("mount");
        assertThat(names(SeccompDocuments.runtimeDefault(List.of("CAP_CHOWN")))).doesNotContain("mount");
    }

    private static List<String> names(Seccomp document) {
        return document.syscalls().stream()
                .map(SeccompSyscall::names)
                .flatMap(List::stream)
                .toList();
    }
}
