package io.windlass.image.manifest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.image.manifest.ImageIndex.Entry;
import io.windlass.image.reference.Digest;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ImageIndexTest {
    private static ImageIndex index(String... platforms) {
        List<Entry> entries = Arrays.stream(platforms)
                .map(text -> {
                    String[] parts = text.split("/", -1);
                    Platform platform = new Platform(parts[0], parts[1], parts.length > 2 ? parts[2] : "");
                    return new Entry(
                            new Descriptor(
                                    MediaTypes.OCI_MANIFEST, Digest.sha256(text.getBytes(StandardCharsets.UTF_8)), 1),
                            Optional.of(platform));
                })
                .toList();
        return new ImageIndex(entries);
    }

    private static Digest digestOf(String platform) {
        return Digest.sha256(platform.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void theMachinesPlatformIsChosenWhereverItStands() {
        ImageIndex index = index("linux/arm64", "windows/amd64", "unknown/unknown", "linux/amd64");

        assertThat(index.select(new Platform("linux", "amd64", "")).digest()).isEqualTo(digestOf("linux/amd64"));
    }

    @Test
    void theSameVariantComesBeforeNoneAndNoneBeforeAnother() {
        assertThat(index("linux/arm/v6", "linux/arm/v7")
                        .select(new Platform("linux", "arm", "v7"))
                        .digest())
                .isEqualTo(digestOf("linux/arm/v7"));
        assertThat(index("linux/amd64/v3", "linux/amd64")
                        .select(new Platform("linux", "amd64", ""))
                        .digest())
                .isEqualTo(digestOf("linux/amd64"));
    }

    @Test
    void armOf64BitsIsTheSameWithItsBaselineWrittenOrNot() {
        assertThat(index("linux/arm64/v8")
                        .select(new Platform("linux", "arm64", ""))
                        .digest())
                .isEqualTo(digestOf("linux/arm64/v8"));
    }

    @Test
    void anIndexWithoutThePlatformSaysWhichItHas() {
        assertThatThrownBy(() -> index("linux/arm64", "linux/s390x").select(new Platform("linux", "amd64", "")))
                .hasMessageContaining("linux/amd64")
                .hasMessageContaining("[linux/arm64, linux/s390x]");
    }
}
