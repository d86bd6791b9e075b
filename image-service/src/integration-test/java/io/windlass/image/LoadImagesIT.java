package io.windlass.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.fault.Fault;
import io.windlass.image.archive.FileTar;
import io.windlass.image.testing.ImageBuilder;
import io.windlass.image.testing.TarBuilder;
import io.windlass.image.unpack.UnpackLimits;
import io.windlass.linux.Kernel;
import io.windlass.testkit.RequiresRoot;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@RequiresRoot
class LoadImagesIT {
    @TempDir
    private Path root;

    private ImageService images;

    @BeforeEach
    void open() {
        ImageConfig config = ImageConfig.DEFAULT;
        images = ImageService.open(root, config, new Kernel());
    }

    /** Whatever an archive was, nothing of a refused one is left. */
    @AfterEach
    void close() throws Exception {
        images.awaitDeletions();
        assertThat(root.resolve("tmp")).isEmptyDirectory();
        images.close();
    }

    private void refused(byte[] archive, String reason) {
        assertThatThrownBy(() -> images.load(new ByteArrayInputStream(archive)))
                .isInstanceOf(Fault.class)
                .hasMessageContaining(reason);
        assertThat(images.list()).isEmpty();
    }

    private static byte[] archive(Map<String, byte[]> files) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        FileTar tar = new FileTar(out);
        for (Map.Entry<String, byte[]> file : files.entrySet()) {
            tar.add(file.getKey(), file.getValue());
        }
        tar.end();
        return out.toByteArray();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void a_name_that_leads_upwards_is_refused() throws Exception {
        refused(archive(Map.of("../../etc/passwd", bytes("x"))), "leads upwards by '..'");
        assertThat(root.resolve("../../etc/passwd").normalize())
                .satisfies(p -> assertThat(p.startsWith(root)).isFalse());
    }

    @Test
    void links_that_lead_out_of_the_archive_are_refused() {
        refused(new TarBuilder().symbolicLink("index.json", "/etc/passwd").build(), "leads out of it");
        refused(
                new TarBuilder()
                        .symbolicLink("a/index.json", "../../etc/passwd")
                        .build(),
                "leads out of it");
    }

    @Test
    void links_in_circles_are_refused() {
        refused(
                new TarBuilder()
                        .symbolicLink("index.json", "b")
                        .symbolicLink("b", "index.json")
                        .build(),
                "round in circles");
    }

    @Test
    void a_file_that_comes_twice_is_refused() {
        refused(
                new TarBuilder()
                        .file("index.json", "{}")
                        .file("./index.json", "{}")
                        .build(),
                "two members 'index.json'");
    }

    @Test
    void an_archive_of_no_images_is_told_apart_from_a_root_file_system() throws Exception {
        refused(archive(Map.of("etc/passwd", bytes("root"))), "there is import");
        refused(bytes("no archive at all, but long enough to have a header".repeat(20)), "cannot be read");
    }

    @Test
    void a_blob_that_is_not_what_its_name_says_is_refused() throws Exception {
        ImageBuilder.Built image = new ImageBuilder()
                .gzipLayer(new TarBuilder().file("a", "1").build())
                .build();
        java.util.Map<String, byte[]> files = new java.util.LinkedHashMap<>();
        image.blobs().forEach((digest, content) -> files.put("blobs/sha256/" + digest.hex(), content));
        files.put("blobs/sha256/" + image.digest().hex(), image.manifest());
        files.put(
                "index.json",
                bytes("{\"schemaVersion\":2,\"manifests\":[{\"mediaType\":\"%s\",\"digest\":\"%s\",\"size\":%d}]}"
                        .formatted(image.mediaType(), image.digest(), image.manifest().length)));
        assertThat(images.load(new ByteArrayInputStream(archive(files)))
                        .getFirst()
                        .names())
                .containsExactly("localhost/loaded@" + image.digest());
        images.remove("localhost/loaded@" + image.digest());

        for (Map.Entry<String, byte[]> file : files.entrySet()) {
            String name = file.getKey();
            if (!name.equals("index.json")) {
                byte[] flipped = file.getValue().clone();
                flipped[flipped.length / 2] ^= 1;
                Map<String, byte[]> damaged = new java.util.LinkedHashMap<>(files);
                damaged.put(name, flipped);
                assertThatThrownBy(() -> images.load(new ByteArrayInputStream(archive(damaged))))
                        .as(name)
                        .isInstanceOf(Fault.class);
                assertThat(images.list()).isEmpty();
            }
        }
        images.awaitDeletions();
        assertThat(root.resolve("content/blobs/sha256")).isEmptyDirectory();
    }

    @Test
    void an_archive_of_more_than_a_layer_may_have_is_refused() throws Exception {
        images.close();
        images = ImageService.open(
                root, new ImageConfig(Map.of(), 1, List.of(), new UnpackLimits(1000, 10)), new Kernel());
        refused(archive(Map.of("index.json", new byte[1001])), "more than the allowed 1000 bytes");
    }

    @Test
    void dockers_older_archives_whose_layers_are_links_are_loaded() throws Exception {
        byte[] layer = new TarBuilder().file("a", "1").build();
        String config =
                "{\"architecture\":\"%s\",\"os\":\"linux\",\"config\":{},\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[\"%s\"]}}"
                        .formatted(ImageBuilder.architecture(), io.windlass.image.reference.Digest.sha256(layer));
        byte[] tar = new TarBuilder()
                .file("1.json", config)
                .file("layers/1.tar", layer)
                .symbolicLink("abc/layer.tar", "../layers/1.tar")
                .file(
                        "manifest.json",
                        "[{\"Config\":\"1.json\",\"RepoTags\":[\"example.org/a:1\",\"example.org/a:2\"],\"Layers\":[\"abc/layer.tar\"]}]")
                .build();

        assertThat(images.load(new ByteArrayInputStream(tar)).getFirst().names())
                .contains("example.org/a:1", "example.org/a:2");
        assertThat(images.find("example.org/a:2")).isPresent();
    }
}
