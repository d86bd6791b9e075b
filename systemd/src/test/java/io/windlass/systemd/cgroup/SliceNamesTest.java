package io.windlass.systemd.cgroup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.fault.Fault;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SliceNamesTest {
    private final SliceNames names = new SliceNames();

    @ParameterizedTest
    @CsvSource({
        "pods.slice, /pods.slice",
        "kubepods-burstable.slice, /kubepods.slice/kubepods-burstable.slice",
        "a-b-c.slice, /a.slice/a-b.slice/a-b-c.slice",
        "kubepods-besteffort-pod1_2.slice, "
                + "/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod1_2.slice",
        "/a.slice/a-b.slice, /a.slice/a-b.slice",
        "odd\\x2dname.slice, /odd\\x2dname.slice"
    })
    void aSliceIsWhereItsDashesSay(String asked, String path) {
        assertThat(names.parent(asked)).isEqualTo(path);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/kubepods/burstable | is not a slice, as the systemd driver needs; set [cgroup] driver = \"cgroupfs\"",
                "pod.scope | is not a slice, as the systemd driver needs",
                "/a-b.slice | is not the path of a-b.slice, which systemd puts at /a.slice/a-b.slice",
                "/../a.slice | is not the path of a.slice, which systemd puts at /a.slice",
                "-.slice | is not the name of a slice that can hold pods",
                ".slice | is not the name of a slice that can hold pods",
                "a--b.slice | is not the name of a slice that can hold pods",
                "-a.slice | is not the name of a slice that can hold pods",
                "a-.slice | is not the name of a slice that can hold pods",
                "a b.slice | is not the name of a slice that can hold pods"
            })
    void whatIsNoSliceIsRefused(String asked, String message) {
        assertThatThrownBy(() -> names.parent(asked)).isInstanceOf(Fault.class).hasMessageContaining(message);
    }

    @Test
    void aNameMayHave255BytesAndNoMore() {
        assertThat(names.parent("a".repeat(249) + ".slice")).hasSize(256);
        assertThatThrownBy(() -> names.parent("a".repeat(250) + ".slice")).hasMessageContaining("is not the name");
    }

    @Test
    void podsAndContainersLieBelowTheirParents() {
        String pod = names.ofPod("/windlass.slice", "12ab");

        assertThat(pod).isEqualTo("/windlass.slice/windlass-pod12ab.slice");
        assertThat(names.parent(SliceNames.unit(pod))).isEqualTo(pod);
        assertThat(names.ofContainer(pod, "34cd")).isEqualTo(pod + "/cri-windlass-34cd.scope");
    }

    @Test
    void aPodFromATimeWithTheOtherDriverGetsPlainGroups() {
        assertThat(names.ofContainer("/kubepods/pod1", "34cd")).isEqualTo("/kubepods/pod1/34cd");
    }
}
