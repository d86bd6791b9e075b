package io.windlass.systemd;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** The direction rules of the design, as far as they concern systemd. */
class SystemdArchitectureTest {
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("io.windlass.systemd");

    @Test
    void packagesHaveNoCycles() {
        slices().matching("io.windlass.systemd.(*)..").should().beFreeOfCycles().check(CLASSES);
    }

    @Test
    void theProtocolKnowsNothingOfGroups() {
        noClasses()
                .that()
                .resideInAPackage("io.windlass.systemd.dbus")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.windlass.linux..")
                .check(CLASSES);
    }

    @Test
    void podsAndForeignMemoryAreNotItsConcern() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "io.windlass.pod..", "io.windlass.runtime..", "io.windlass.cri..", "java.lang.foreign..")
                .check(CLASSES);
    }
}
