package io.windlass.pod.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The form of ids. */
class HexIdTest {
    @Test
    void idsAre64LowerCaseHexadecimalDigitsAndNeverTheSame() {
        assertThat(ContainerId.generate().value())
                .matches("[0-9a-f]{64}")
                .isNotEqualTo(ContainerId.generate().value());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "abc", "ABCDEF"})
    void otherFormsAreRefused(String text) {
        assertThatThrownBy(() -> PodSandboxId.of(text)).hasMessageContaining("is not 64 hexadecimal digits");
    }
}
