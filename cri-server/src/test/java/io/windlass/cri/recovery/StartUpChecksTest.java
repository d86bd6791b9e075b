package io.windlass.cri.recovery;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StartUpChecksTest {
    @Test
    void allThatIsWrongIsSaidAtOnce() {
        assertThatThrownBy(() -> StartUpChecks.check(new Host(1000, "5.15.0-generic")))
                .hasMessage("it has to be started as root, not as uid 1000\n"
                        + "it needs Linux 6.5 or newer, and this is 5.15.0-generic");
    }

    @ParameterizedTest
    @ValueSource(strings = {"6.5.0", "6.18.33", "7.0-rc1", "10.1", "custom"})
    void rootOnANewKernelMayStart(String release) {
        assertThatCode(() -> StartUpChecks.check(new Host(0, release))).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(strings = {"6.4.16", "5.19", "4.18.0-553.el8"})
    void anOldKernelIsRefused(String release) {
        assertThatThrownBy(() -> StartUpChecks.check(new Host(0, release)))
                .hasMessage("it needs Linux 6.5 or newer, and this is " + release);
    }
}
