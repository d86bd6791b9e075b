package io.windlass.pod.network;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AddressTextTest {
    @ParameterizedTest
    @CsvSource({
        "10.88.0.2, 10.88.0.2",
        "fdf7:eb98:548a:0:0:0:0:2, fdf7:eb98:548a::2",
        "0:0:0:0:0:0:0:1, ::1",
        "0:0:0:0:0:0:0:0, ::",
        "fe80:0:0:0:0:0:0:0, fe80::",
        "2001:db8:0:1:1:1:1:1, 2001:db8:0:1:1:1:1:1",
        "2001:0:0:1:0:0:0:1, 2001:0:0:1::1",
        "2001:db8:0:0:1:0:0:1, 2001:db8::1:0:0:1",
        "2001:DB8:0:0:0:0:AB:1, 2001:db8::ab:1"
    })
    void addresses_have_their_canonical_text(String address, String text) {
        assertThat(AddressText.of(InetAddress.ofLiteral(address))).isEqualTo(text);
    }
}
