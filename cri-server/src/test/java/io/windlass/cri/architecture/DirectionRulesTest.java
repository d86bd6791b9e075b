package io.windlass.cri.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** The directions of docs/ARCHITECTURE.md, held over all modules: the daemon's class path has every one of them. */
class DirectionRulesTest {
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .withImportOption(location -> !location.contains("test-kit") && !location.contains("/test-classes/"))
            .importPackages("io.windlass");

    private static final String PROTO = "io.windlass.cri.v1..";
    private static final String NODE_PROTO = "io.windlass.node.v1..";
    private static final String NRI = "io.windlass.nri..";
    private static final String NRI_PROTO = "io.windlass.proto..";
    private static final String SERVER = "io.windlass.cri..";
    private static final String IMAGE = "io.windlass.image..";
    private static final String POD = "io.windlass.pod..";
    private static final String RUNTIME = "io.windlass.runtime..";
    private static final String LINUX = "io.windlass.linux..";
    private static final String TLS = "io.windlass.tls..";
    private static final String FAULT = "io.windlass.fault..";

    @Test
    void everyModuleIsLookedAt() {
        for (String area :
                new String[] {"cri", "nri", "image", "pod", "runtime", "linux", "fault", "database", "tls"}) {
            assertThat(CLASSES.stream().anyMatch(c -> c.getPackageName().startsWith("io.windlass." + area)))
                    .as(area)
                    .isTrue();
        }
    }

    @Test
    void onlyTheServerKnowsTheWireFormat() {
        noClasses()
                .that()
                .resideOutsideOfPackages(SERVER, NRI, NRI_PROTO, NODE_PROTO)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(PROTO, NODE_PROTO, "com.google.protobuf..", "io.grpc..")
                .check(CLASSES);
    }

    @Test
    void onlyNriKnowsThePluginsWireFormat() {
        noClasses()
                .that()
                .resideOutsideOfPackages(NRI, NRI_PROTO)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(NRI_PROTO)
                .check(CLASSES);
        noClasses()
                .that()
                .resideInAPackage(NRI)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(PROTO, "io.grpc..", SERVER, IMAGE)
                .check(CLASSES);
        noClasses()
                .that()
                .resideInAnyPackage(POD, RUNTIME, LINUX)
                .should()
                .dependOnClassesThat()
                .resideInAPackage(NRI)
                .check(CLASSES);
    }

    @Test
    void podsAndImagesDoNotKnowEachOther() {
        noClasses()
                .that()
                .resideInAPackage(POD)
                .should()
                .dependOnClassesThat()
                .resideInAPackage(IMAGE)
                .check(CLASSES);
        noClasses()
                .that()
                .resideInAPackage(IMAGE)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(POD, RUNTIME)
                .check(CLASSES);
    }

    @Test
    void nothingPointsUpwards() {
        noClasses()
                .that()
                .resideInAnyPackage(POD, IMAGE, RUNTIME, LINUX, FAULT)
                .should()
                .dependOnClassesThat()
                .resideInAPackage(SERVER)
                .check(CLASSES);
        noClasses()
                .that()
                .resideInAPackage(RUNTIME)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(POD, IMAGE)
                .check(CLASSES);
        noClasses()
                .that()
                .resideInAPackage(LINUX)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(POD, IMAGE, RUNTIME)
                .check(CLASSES);
        noClasses()
                .that()
                .resideInAPackage(FAULT)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(POD, IMAGE, RUNTIME, LINUX, "io.windlass.database..", TLS)
                .check(CLASSES);
        noClasses()
                .that()
                .resideInAPackage(TLS)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(POD, IMAGE, RUNTIME, LINUX, SERVER, "io.windlass.database..")
                .check(CLASSES);
    }

    @Test
    void theServerReachesTheShimsOnlyThroughThePods() {
        noClasses()
                .that()
                .resideInAPackage(SERVER)
                .and()
                .resideOutsideOfPackages("io.windlass.cri.wiring..", "io.windlass.cri.recovery..", PROTO)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(RUNTIME, LINUX)
                .check(CLASSES);
    }

    @Test
    void foreignFunctionsAreCalledInTwoPackages() {
        noClasses()
                .that()
                .resideOutsideOfPackages("io.windlass.linux", "io.windlass.linux.library")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("java.lang.foreign..")
                .check(CLASSES);
    }

    @Test
    void noPackagesDependOnEachOtherInACycle() {
        slices().matching("io.windlass.(**)")
                .namingSlices("$1")
                .should()
                .beFreeOfCycles()
                .check(CLASSES);
    }

    @Test
    void noClassIsNamedAfterNothing() {
        classes()
                .that()
                .resideOutsideOfPackage(PROTO)
                .should()
                .haveNameNotMatching(".*(Utils?|Helper|Manager|Impl|Common)")
                .check(CLASSES);
    }
}
