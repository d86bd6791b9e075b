package io.windlass.image.reference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ImageReferenceTest {
    private static final String HEX = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    @ParameterizedTest
    @CsvSource({
        "busybox, docker.io/library/busybox:latest",
        "busybox:1, docker.io/library/busybox:1",
        "me/app, docker.io/me/app:latest",
        "docker.io/busybox, docker.io/library/busybox:latest",
        "index.docker.io/busybox:2, docker.io/library/busybox:2",
        "localhost/app, localhost/app:latest",
        "localhost:5000/app:v1, localhost:5000/app:v1",
        "registry.k8s.io/e2e-test-images/busybox:1.29-2, registry.k8s.io/e2e-test-images/busybox:1.29-2",
        "127.0.0.1:5966/a/b/c, 127.0.0.1:5966/a/b/c:latest",
        "[::1]:5000/app, [::1]:5000/app:latest",
        "host.example/a__b/c-d.e_f, host.example/a__b/c-d.e_f:latest",
        "MyRegistry/app, MyRegistry/app:latest",
        "busybox@sha256:" + HEX + ", docker.io/library/busybox@sha256:" + HEX,
    })
    void aShortNameGetsItsDefaults(String text, String full) {
        assertThat(ImageReference.parse(text).toString()).isEqualTo(full);
        assertThat(ImageReference.parse(full).toString()).isEqualTo(full);
    }

    @Test
    void aDigestDecidesOverATag() {
        ImageReference reference = ImageReference.parse("registry.example/app:v1@sha256:" + HEX);

        assertThat(reference.tag()).isEmpty();
        assertThat(reference.selector()).isEqualTo("sha256:" + HEX);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "UPPER",
                "a//b",
                "/a",
                "a/",
                "a:",
                "a:.tag",
                "a:b c",
                "a@",
                "a@sha256:12",
                "a@md5:" + HEX,
                "a@sha256:" + HEX + "@sha256:" + HEX,
                "a..b",
                "a___b",
                "-a",
                "host:port/a",
                "host.example:123456/a",
                "-host.example/a",
                "http://host.example/a",
                "a\n",
                "a/../b",
                "\u00e4",
                HEX,
            })
    void whatIsNoReferenceIsRefused(String text) {
        assertThatThrownBy(() -> ImageReference.parse(text))
                .isInstanceOfSatisfying(
                        Fault.class, fault -> assertThat(fault.kind()).isEqualTo(FaultKind.INVALID_ARGUMENT))
                .hasMessageContaining("cannot use image reference");
    }

    @Test
    void aLongNameIsRefusedQuickly() {
        String name = "a-".repeat(100_000) + "!";

        assertThatThrownBy(() -> ImageReference.parse(name)).isInstanceOf(Fault.class);
    }

    @Test
    void anyTextIsEitherAReferenceOrAFault() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        String alphabet = "aA0./:@-_[]\u0000 sha256:" + HEX;
        for (int i = 0; i < 20_000; i++) {
            StringBuilder text = new StringBuilder();
            for (int length = random.nextInt(40); length > 0; length--) {
                text.append(alphabet.charAt(random.nextInt(alphabet.length())));
            }
            try {
                String full = ImageReference.parse(text.toString()).toString();
                assertThat(ImageReference.parse(full).toString())
                        .as("seed " + seed)
                        .isEqualTo(full);
            } catch (Fault e) {
                assertThat(e.kind()).as("seed " + seed).isEqualTo(FaultKind.INVALID_ARGUMENT);
            }
        }
    }
}
