package io.windlass.pod.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Signals by their many names. */
class SignalTest {
    @ParameterizedTest
    @CsvSource({
        "SIGTERM, 15, SIGTERM, SIGTERM",
        "term, 15, SIGTERM, SIGTERM",
        "9, 9, SIGKILL, SIGKILL",
        "SIGCLD, 17, SIGCHLD, SIGCHLD",
        "SIGRTMIN, 34, SIGRTMIN, SIGRTMIN",
        "SIGRTMIN+3, 37, SIGRTMIN+3, SIGRTMINPLUS3",
        "SIGRTMINPLUS3, 37, SIGRTMIN+3, SIGRTMINPLUS3",
        "SIGRTMAXMINUS2, 62, SIGRTMAX-2, SIGRTMAXMINUS2",
        "64, 64, SIGRTMAX, SIGRTMAX",
    })
    void everySpellingLeadsToOneSignal(String text, int number, String name, String wireName) {
        Signal signal = Signal.parse(text);
        assertThat(signal).isEqualTo(new Signal(number, name));
        assertThat(signal.wireName()).isEqualTo(wireName);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0", "65", "SIGNOTHING", "32", "SIGRTMIN+x", "-1"})
    void whatLinuxDoesNotKnowIsRefused(String text) {
        assertThatThrownBy(() -> Signal.parse(text)).hasMessageContaining("as a signal");
    }
}
