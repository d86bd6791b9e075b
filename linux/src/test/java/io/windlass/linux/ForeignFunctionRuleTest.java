package io.windlass.linux;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import org.junit.jupiter.api.Test;

class ForeignFunctionRuleTest {
    @Test
    void only_the_packages_of_kernel_and_libraries_use_the_foreign_function_interface() {
        noClasses()
                .that()
                .resideOutsideOfPackages("io.windlass.linux", "io.windlass.linux.library")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("java.lang.foreign..")
                .check(new ClassFileImporter().importPackages("io.windlass"));
    }
}
