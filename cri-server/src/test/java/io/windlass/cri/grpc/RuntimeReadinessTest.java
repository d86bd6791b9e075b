package io.windlass.cri.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.windlass.cri.v1.RuntimeCondition;
import io.windlass.fault.Fault;
import io.windlass.pod.security.AppArmor;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RuntimeReadinessTest {
    @Test
    void aNodeThatLacksNothingIsReadyWithoutAWord() {
        assertThat(new RuntimeReadiness(() -> {}, AppArmor.NONE).condition())
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
                        new Lacking("no parser"))
                .condition();
        assertThat(condition.getStatus()).isFalse();
        assertThat(condition.getReason()).isEqualTo("HelperUnavailable");
        assertThat(condition.getMessage()).isEqualTo("there is no windlass-shim");
    }

    @Test
    void aMissingProfileIsToldAndPodsRunAllTheSame() {
        RuntimeCondition condition =
                new RuntimeReadiness(() -> {}, new Lacking("there is no apparmor_parser")).condition();
        assertThat(condition.getStatus()).isTrue();
        assertThat(condition.getReason()).isEqualTo("AppArmorProfileMissing");
        assertThat(condition.getMessage()).endsWith("run without one: there is no apparmor_parser");
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
