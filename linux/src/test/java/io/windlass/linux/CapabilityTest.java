package io.windlass.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CapabilityTest {
    @Test
    void has_the_numbers_of_the_kernel() {
        assertThat(Capability.values()).hasSize(41);
        assertThat(Capability.SYS_ADMIN.number()).isEqualTo(21);
        assertThat(Capability.CHECKPOINT_RESTORE.number()).isEqualTo(40);
        assertThat(Capability.toMask(EnumSet.allOf(Capability.class))).isEqualTo(0x1ffffffffffL);
    }

    @Test
    void reads_names_with_and_without_prefix_and_all() {
        assertThat(Capability.parseAll(List.of("CAP_NET_RAW", "chown")))
                .containsExactlyInAnyOrder(Capability.NET_RAW, Capability.CHOWN);
        assertThat(Capability.parseAll(List.of("ALL"))).hasSize(41);
        assertThatThrownBy(() -> Capability.parse("CAP_MAGIC"))
                .hasMessage("cannot use capability 'CAP_MAGIC': Linux has none of that name");
    }

    @Test
    void reads_the_sets_of_a_process() {
        Capabilities capabilities = Capabilities.parse(List.of(
                "Name:\tjava",
                "CapInh:\t0000000000000000",
                "CapPrm:\t0000000000000003",
                "CapEff:\t0000000000000001",
                "CapBnd:\t000001fffeffffff"));
        assertThat(capabilities.effective()).isEqualTo(Set.of(Capability.CHOWN));
        assertThat(capabilities.permitted()).hasSize(2);
        assertThat(capabilities.bounding()).hasSize(40).doesNotContain(Capability.SYS_RESOURCE);
        assertThat(Capabilities.current().bounding())
                .containsAll(Capabilities.current().effective());
    }
}
