package io.windlass.pod.quota;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class QuantityTest {
    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "512, 512",
        "3k, 3000",
        "20M, 20000000",
        "1Ki, 1024",
        "1.5Gi, 1610612736",
        "2Ti, 2199023255552",
        "9223372036854775807, 9223372036854775807"
    })
    void readsAmountsAsKubernetesWritesThem(String text, long amount) {
        assertThat(Quantity.parse(text)).isEqualTo(amount);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-1", "Gi", "1 Gi", "1e3", "0x10", "1."})
    void refusesWhatIsNoAmount(String text) {
        assertThatThrownBy(() -> Quantity.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("\"" + text + "\" is no quantity such as 512, 20M or 1.5Gi");
    }

    @ParameterizedTest
    @ValueSource(strings = {"1m", "1KiB", "5gi"})
    void refusesUnknownUnits(String text) {
        assertThatThrownBy(() -> Quantity.parse(text)).hasMessageContaining("ends in an unknown unit");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.5", "1.0001k", "9223372036854775808", "9000000Pi"})
    void refusesPartsOfOneAndWhatIsTooLarge(String text) {
        assertThatThrownBy(() -> Quantity.parse(text)).hasMessageContaining("is no whole number of at most 2^63 - 1");
    }
}
