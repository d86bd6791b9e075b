package io.windlass.pod.quota;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LimitAnnotationsTest {
    private static final DiskLimits DEFAULTS = new DiskLimits(
            Optional.of(new DiskLimit(100, "[quota] layer_bytes")),
            Optional.empty(),
            Optional.of(new DiskLimit(50, "[quota] log_bytes")));

    @Test
    void withoutAnnotationsTheDefaultsCount() {
        assertThat(LimitAnnotations.read(DEFAULTS, "main", Map.of("a/b", "c"), Map.of()))
                .isEqualTo(DEFAULTS);
    }

    @Test
    void theNearestAnnotationCounts() {
        Map<String, String> ofPod = Map.of(
                "quota.windlass.io/layer-bytes", "1Ki",
                "layer-bytes.quota.windlass.io/main", "2Ki",
                "quota.windlass.io/layer-inodes", "7");
        assertThat(LimitAnnotations.read(DEFAULTS, "other", ofPod, Map.of()).layerBytes())
                .contains(new DiskLimit(1024, "annotation quota.windlass.io/layer-bytes"));
        assertThat(LimitAnnotations.read(DEFAULTS, "main", ofPod, Map.of()).layerBytes())
                .contains(new DiskLimit(2048, "annotation layer-bytes.quota.windlass.io/main"));
        DiskLimits own = LimitAnnotations.read(DEFAULTS, "main", ofPod, Map.of("quota.windlass.io/layer-bytes", "3Ki"));
        assertThat(own.layerBytes()).map(DiskLimit::amount).contains(3072L);
        assertThat(own.layerInodes()).map(DiskLimit::amount).contains(7L);
        assertThat(own.logBytes()).isEqualTo(DEFAULTS.logBytes());
    }

    @Test
    void zeroTakesTheDefaultAway() {
        assertThat(LimitAnnotations.read(DEFAULTS, "main", Map.of("quota.windlass.io/log-bytes", "0"), Map.of())
                        .logBytes())
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "quota.windlass.io/layer-byte",
                "quota.windlass.io/layer-bytes/main",
                "layers.quota.windlass.io/main"
            })
    void anUnknownOneIsRefusedByName(String key) {
        assertThatThrownBy(() -> LimitAnnotations.read(DEFAULTS, "main", Map.of(key, "1"), Map.of()))
                .isInstanceOfSatisfying(Fault.class, e -> assertThat(e.kind()).isEqualTo(FaultKind.INVALID_ARGUMENT))
                .hasMessageStartingWith("annotation " + key + " is unknown");
    }

    @Test
    void oneForAContainerOfAPodIsRefusedOnAContainer() {
        assertThatThrownBy(() -> LimitAnnotations.read(
                        DEFAULTS, "main", Map.of(), Map.of("layer-bytes.quota.windlass.io/main", "1")))
                .hasMessageContaining("layer-bytes.quota.windlass.io/main is unknown");
    }

    @Test
    void whatIsNoQuantityIsRefusedWithTheAnnotation() {
        assertThatThrownBy(() -> LimitAnnotations.read(
                        DEFAULTS, "main", Map.of("quota.windlass.io/layer-bytes", "much"), Map.of()))
                .isInstanceOfSatisfying(Fault.class, e -> assertThat(e.kind()).isEqualTo(FaultKind.INVALID_ARGUMENT))
                .hasMessage(
                        "annotation quota.windlass.io/layer-bytes: \"much\" is no quantity such as 512, 20M or 1.5Gi");
    }

    @Test
    void tellsThoseThatAreNotAboutLimits() {
        assertThat(LimitAnnotations.others(Map.of("quota.windlass.io/log-bytes", "1", "b", "2", "a", "3")))
                .containsExactly("a", "b");
    }
}
