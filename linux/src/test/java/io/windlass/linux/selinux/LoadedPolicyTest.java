package io.windlass.linux.selinux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.fault.Fault;
import io.windlass.linux.Kernel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The files by which SELinux shows itself, as plain files. */
class LoadedPolicyTest {
    private final Path selinuxfs;
    private final Path configuration;
    private final Path label;

    LoadedPolicyTest(@TempDir Path folder) throws IOException {
        selinuxfs = Files.createDirectory(folder.resolve("fs"));
        configuration = Files.createDirectory(folder.resolve("etc"));
        label = folder.resolve("current");
        Files.writeString(selinuxfs.resolve("enforce"), "1");
        Files.writeString(selinuxfs.resolve("context"), "");
        Files.writeString(label, "system_u:system_r:init_t:s0\0");
    }

    private Optional<LoadedPolicy> detect() {
        return LoadedPolicy.detect(new Kernel(), selinuxfs, label, configuration);
    }

    private void contexts(String policy, String text) throws IOException {
        Path file = configuration.resolve(policy).resolve("contexts/lxc_contexts");
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    @Test
    void aKernelWithoutItsFileSystemOrWithoutAPolicyHasNone() throws IOException {
        assertThat(detect()).isPresent();
        Files.writeString(label, "kernel\0");
        assertThat(detect()).isEmpty();
        Files.delete(label);
        assertThat(detect()).isEmpty();
        assertThat(LoadedPolicy.detect(new Kernel(), selinuxfs.resolve("none"), label, configuration))
                .isEmpty();
    }

    @Test
    void whetherItEnforcesIsReadEachTime() throws IOException {
        LoadedPolicy policy = detect().orElseThrow();
        assertThat(policy.enforcing()).isTrue();
        Files.writeString(selinuxfs.resolve("enforce"), "0");
        assertThat(policy.enforcing()).isFalse();
    }

    @Test
    void labelsAreAskedOfTheKernel() {
        assertThat(detect().orElseThrow().canonical("u:r:t:s0")).contains("u:r:t:s0");
        assertThat(detect().orElseThrow().canonical("x".repeat(5000))).isEmpty();
    }

    @Test
    void theConfigurationSaysWhichPolicysContextsCount() throws IOException {
        contexts("targeted", "process = \"u:r:targeted_t:s0\"\nfile = \"u:o:file_t:s0\"\n");
        contexts("default", """
                # of Debian
                process = "system_u:system_r:container_t:s0"
                content = "system_u:object_r:virt_var_lib_t:s0"
                file = "system_u:object_r:container_file_t:s0"
                """);
        LoadedPolicy policy = detect().orElseThrow();
        assertThat(policy.containers().orElseThrow().process().type()).isEqualTo("targeted_t");
        Files.writeString(
                configuration.resolve("config"), "# SELINUXTYPE=mls\nSELINUX=permissive\nSELINUXTYPE=default\n");
        assertThat(policy.containers())
                .contains(new ContainerContexts(
                        new SecurityContext("system_u", "system_r", "container_t", "s0"),
                        new SecurityContext("system_u", "object_r", "container_file_t", "s0")));
    }

    @Test
    void aPolicyWithoutThemHasNoContainers() throws IOException {
        assertThat(detect().orElseThrow().containers()).isEmpty();
        contexts("targeted", "process = \"u:r:t:s0\"\n");
        assertThat(detect().orElseThrow().containers()).isEmpty();
        contexts("targeted", "process = \"nonsense\"\nfile = \"u:o:f:s0\"\n");
        assertThatThrownBy(() -> detect().orElseThrow().containers())
                .isInstanceOf(Fault.class)
                .hasMessageContaining("lxc_contexts: cannot read the SELinux label 'nonsense'");
    }

    @Test
    void labelsHaveThreeOrFourParts() {
        SecurityContext ranged = SecurityContext.parse("u:r:t:s1:c3-s5:c0.c9");
        assertThat(ranged.level()).isEqualTo("s1:c3-s5:c0.c9");
        assertThat(ranged.sensitivity()).isEqualTo("s1");
        assertThat(ranged).hasToString("u:r:t:s1:c3-s5:c0.c9");
        assertThat(SecurityContext.parse("u:r:t").level()).isEmpty();
        assertThat(SecurityContext.parse("u:r:t")).hasToString("u:r:t");
        assertThatThrownBy(() -> SecurityContext.parse("u::t:s0")).hasMessageContaining("it is no user:role:type");
    }
}
