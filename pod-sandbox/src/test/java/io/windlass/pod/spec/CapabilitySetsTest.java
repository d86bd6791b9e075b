package io.windlass.pod.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.pod.fake.PodWorld;
import io.windlass.pod.fake.SecurityBuilder;
import io.windlass.runtime.oci.Capabilities;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The capabilities of containers. */
class CapabilitySetsTest {
    private static Capabilities of(List<String> add, List<String> drop, List<String> ambient) {
        return CapabilitySets.of(
                new SecurityBuilder().capabilities(add, drop, ambient).build(), PodWorld.CAPABILITIES);
    }

    @Test
    void theDefaultIsWhatThisProcessHasOfTheCustomarySet() {
        Capabilities sets = of(List.of(), List.of(), List.of());
        assertThat(sets.bounding())
                .containsExactlyInAnyOrder("CAP_CHOWN", "CAP_KILL", "CAP_NET_RAW", "CAP_SETUID", "CAP_SETGID");
        assertThat(sets.effective()).isEqualTo(sets.bounding());
        assertThat(sets.permitted()).isEqualTo(sets.bounding());
        assertThat(sets.inheritable()).isEmpty();
        assertThat(sets.ambient()).isEmpty();
    }

    @Test
    void namesAreAddedAndDropped() {
        assertThat(of(List.of("NET_ADMIN"), List.of("cap_kill"), List.of()).bounding())
                .contains("CAP_NET_ADMIN")
                .doesNotContain("CAP_KILL");
    }

    @Test
    void allIsMeantBeforeSingleNames() {
        assertThat(of(List.of("ALL"), List.of("KILL"), List.of()).bounding())
                .containsExactlyInAnyOrder("CAP_CHOWN", "CAP_NET_RAW", "CAP_NET_ADMIN", "CAP_SETUID", "CAP_SETGID");
        assertThat(of(List.of("KILL"), List.of("ALL"), List.of()).bounding()).containsExactly("CAP_KILL");
    }

    @Test
    void ambientOnesAreInEverySet() {
        Capabilities sets = of(List.of(), List.of("ALL"), List.of("NET_ADMIN"));
        assertThat(sets.ambient()).containsExactly("CAP_NET_ADMIN");
        assertThat(sets.inheritable()).containsExactly("CAP_NET_ADMIN");
        assertThat(sets.bounding()).containsExactly("CAP_NET_ADMIN");
    }

    @Test
    void unknownAndUnavailableNamesAreRefusedByField() {
        assertThatThrownBy(() -> of(List.of("NET_MAGIC"), List.of(), List.of()))
                .hasMessageContaining("add_capabilities")
                .hasMessageContaining("NET_MAGIC");
        assertThatThrownBy(() -> of(List.of(), List.of(), List.of("SYS_BOOT")))
                .hasMessage("cannot give CAP_SYS_BOOT of add_ambient_capabilities: the daemon itself does not have it");
    }

    @Test
    void privilegedHasEverythingThatThereIs() {
        assertThat(CapabilitySets.of(new SecurityBuilder().privileged().build(), PodWorld.CAPABILITIES)
                        .bounding())
                .isEqualTo(PodWorld.CAPABILITIES);
    }
}
