package io.windlass.pod;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** The direction rules of the design, as far as they concern pods. */
class PodArchitectureTest {
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("io.windlass.pod");

    @Test
    void packagesHaveNoCycles() {
        slices().matching("io.windlass.pod.(*)..").should().beFreeOfCycles().check(CLASSES);
    }

    @Test
    void neitherWireTypesNorImagesNorForeignMemoryComeHere() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "io.windlass.cri..",
                        "io.windlass.image..",
                        "com.google.protobuf..",
                        "io.grpc..",
                        "java.lang.foreign..")
                .check(CLASSES);
    }

    @Test
    void modelsDependOnNothingOfPods() {
        noClasses()
                .that()
                .resideInAPackage("io.windlass.pod.model")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.windlass.pod.store..", "io.windlass.pod.container..", "io.windlass.runtime..")
                .check(CLASSES);
    }
}
