package io.windlass.nri.plugin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PluginNameTest {
    @Test
    void theFirstDashDividesIndexAndName() {
        PluginName name = PluginName.parse("07-device-injector.v2");
        assertThat(name.index()).isEqualTo("07");
        assertThat(name.base()).isEqualTo("device-injector.v2");
        assertThat(name).hasToString("07-device-injector.v2");
    }

    @ParameterizedTest
    @ValueSource(strings = {"logger", "1-logger", "ab-logger", "00-", "-00", "00-a/b", "\u0660\u0661-arabic"})
    void otherNamesAreRefused(String name) {
        assertThatThrownBy(() -> PluginName.parse(name)).hasMessageStartingWith("cannot register plugin");
    }
}
