package io.windlass.linux;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import org.junit.jupiter.api.Test;

class ForeignFunctionRuleTest {
    @Test
    void only_the_kernel_package_uses_the_foreign_function_interface() {
        noClasses()
                .that()
                .resideOutsideOfPackage("io.windlass.linux")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("java.lang.foreign..")
                .check(new ClassFileImporter().importPackages("io.windlass"));
    }
}
