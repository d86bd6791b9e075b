package io.windlass.cri.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.windlass.cri.v1.RuntimeCondition;
import io.windlass.fault.Fault;
import io.windlass.linux.selinux.ContainerContexts;
import io.windlass.pod.security.AppArmor;
import io.windlass.pod.security.Selinux;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RuntimeReadinessTest {
    @Test
    void aNodeThatLacksNothingIsReadyWithoutAWord() {
        assertThat(new RuntimeReadiness(() -> {}, AppArmor.NONE, Selinux.NONE, "").condition())
                .isEqualTo(RuntimeCondition.newBuilder()
                        .setType("RuntimeReady")
                        .setStatus(true)
                        .build());
    }

    @Test
    void withoutTheHelperItIsNotReadyForTheHelpersReason() {
        RuntimeCondition condition = new RuntimeReadiness(
                        () -> {
                            throw Fault.precondition("there is no windlass-shim");
                        },
                        new Lacking("no parser"),
                        Selinux.NONE,
                        "no quotas")
                .condition();
        assertThat(condition.getStatus()).isFalse();
        assertThat(condition.getReason()).isEqualTo("HelperUnavailable");
        assertThat(condition.getMessage()).isEqualTo("there is no windlass-shim");
    }

    @Test
    void aMissingProfileIsToldAndPodsRunAllTheSame() {
        RuntimeCondition condition = new RuntimeReadiness(
                        () -> {}, new Lacking("there is no apparmor_parser"), Selinux.NONE, "")
                .condition();
        assertThat(condition.getStatus()).isTrue();
        assertThat(condition.getReason()).isEqualTo("AppArmorProfileMissing");
        assertThat(condition.getMessage()).endsWith("run without one: there is no apparmor_parser");
    }

    @Test
    void limitsOfTheConfigurationThatCannotBeKeptAreToldAndPodsRunAllTheSame() {
        RuntimeCondition condition =
                new RuntimeReadiness(() -> {}, AppArmor.NONE, Selinux.NONE, "tmpfs has no project quotas").condition();
        assertThat(condition.getStatus()).isTrue();
        assertThat(condition.getReason()).isEqualTo("ProjectQuotasMissing");
        assertThat(condition.getMessage()).endsWith("limits: tmpfs has no project quotas");
    }

    @Test
    void aPolicyWithoutContainersIsToldToo() {
        RuntimeCondition condition =
                new RuntimeReadiness(() -> {}, AppArmor.NONE, new WithoutContainers("no lxc_contexts"), "").condition();
        assertThat(condition.getStatus()).isTrue();
        assertThat(condition.getReason()).isEqualTo("SelinuxLabelsMissing");
        assertThat(condition.getMessage())
                .isEqualTo("containers run without SELinux labels of their own: no lxc_contexts");
    }

    /** SELinux of a node whose policy has no labels for containers. */
    private record WithoutContainers(String problem) implements Selinux {
        @Override
        public boolean enabled() {
            return true;
        }

        @Override
        public Optional<ContainerContexts> contexts() {
            return Optional.empty();
        }

        @Override
        public Optional<String> canonical(String context) {
            return Optional.empty();
        }

        @Override
        public int categories() {
            return 1024;
        }

        @Override
        public void relabel(Path top, String label) {
            throw new UnsupportedOperationException();
        }
    }

    /** AppArmor of a node that cannot load our profile. */
    private record Lacking(String lacking) implements AppArmor {
        @Override
        public boolean enabled() {
            return true;
        }

        @Override
        public boolean loaded(String profile) {
            return false;
        }

        @Override
        public Optional<String> runtimeDefault() {
            return Optional.empty();
        }

        @Override
        public String problem() {
            return lacking;
        }
    }
}
