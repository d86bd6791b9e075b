package io.windlass.image;

import static org.assertj.core.api.Assertions.assertThat;

import io.windlass.image.reference.ImageReference;
import io.windlass.image.registry.RegistryAuth;
import io.windlass.image.snapshot.Snapshot;
import io.windlass.image.testing.FakeRegistry;
import io.windlass.image.testing.ImageBuilder;
import io.windlass.image.testing.TarBuilder;
import io.windlass.linux.Kernel;
import io.windlass.testkit.RequiresRoot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Layers that hold files in directories which only the layers below describe. */
@RequiresRoot
class UndescribedDirectoriesIT {
    private static final byte[] FILES = new TarBuilder()
            .file("tmp/file", "1")
            .file("lib/file", "2")
            .file("plain/file", "3")
            .file("new/deep/file", "4")
            .build();
    private static final byte[] PLAIN_FILES =
            new TarBuilder().file("plain/other", "5").build();

    @TempDir
    private Path root;

    private final FakeRegistry registry = new FakeRegistry();
    private ImageService images;

    @BeforeEach
    void open() {
        images = ImageService.open(root, ImageConfig.DEFAULT, new Kernel());
    }

    @AfterEach
    void close() {
        images.close();
        registry.close();
    }

    private Snapshot pull(String name, ImageBuilder image) {
        registry.add("a/" + name, "v1", image.build());
        ImageReference reference = ImageReference.parse(registry.host() + "/a/" + name + ":v1");
        return images.snapshots().prepare(name, images.pull(reference, RegistryAuth.ANONYMOUS));
    }

    private static TarBuilder base() {
        return new TarBuilder()
                .mode(01777)
                .directory("tmp")
                .mode(0755)
                .directory("plain")
                .directory("usr")
                .mode(0711)
                .directory("usr/lib")
                .symbolicLink("lib", "usr/lib");
    }

    private long layers() throws IOException {
        try (Stream<Path> folders = Files.list(root.resolve("layers"))) {
            return folders.count();
        }
    }

    @Test
    void theyAreAsTheLayersBelowDescribeThem() throws Exception {
        Snapshot snapshot =
                pull("image", new ImageBuilder().gzipLayer(base().build()).gzipLayer(FILES));
        Path top = snapshot.lowers().getFirst();

        assertThat(Files.getAttribute(top.resolve("tmp"), "unix:mode")).isEqualTo(0041777);
        assertThat(Files.getAttribute(top.resolve("usr/lib"), "unix:mode")).isEqualTo(0040711);
        assertThat(Files.readString(top.resolve("usr/lib/file"))).isEqualTo("2");
        assertThat(Files.exists(top.resolve("lib"), LinkOption.NOFOLLOW_LINKS)).isFalse();
        assertThat(Files.getAttribute(top.resolve("new/deep"), "unix:mode")).isEqualTo(0040755);
        assertThat(snapshot.readFile("/lib/file").map(String::new)).contains("2");
    }

    @Test
    void aLayerIsSharedUnlessItDependsOnTheOnesBelow() throws Exception {
        pull("one", new ImageBuilder().gzipLayer(base().build()).gzipLayer(PLAIN_FILES));
        pull(
                "two",
                new ImageBuilder().gzipLayer(base().file("more", "").build()).gzipLayer(PLAIN_FILES));
        assertThat(layers()).isEqualTo(3);

        pull("three", new ImageBuilder().gzipLayer(base().build()).gzipLayer(FILES));
        assertThat(layers()).isEqualTo(4);
        int requests = registry.requests().size();
        pull("three", new ImageBuilder().gzipLayer(base().build()).gzipLayer(FILES));
        assertThat(registry.requests()).hasSize(requests + 1);
        images.remove(registry.host() + "/a/one:v1");
        images.snapshots().remove("one");
        assertThat(layers()).isEqualTo(4);

        images.remove(registry.host() + "/a/two:v1");
        images.remove(registry.host() + "/a/three:v1");
        images.snapshots().remove("two");
        images.snapshots().remove("three");
        assertThat(layers()).isZero();
    }
}
