import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A test image.
 *
 * @param config the members of its configuration's "config" object, as JSON
 * @param otherPlatform whether an index lists an image for another processor before it, to catch who takes the first
 */
record TestImage(Format format, String config, boolean otherPlatform, List<Layer> layers) {
    private static final String CREATED = "2023-11-14T22:13:20Z";
    private static final String PATH = "\"Env\":[\"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\"]";

    static TestImage of(Format format, String config, Layer... layers) {
        return new TestImage(format, config, true, List.of(layers));
    }

    TestImage alone() {
        return new TestImage(format, config, false, layers);
    }

    /** Pushes it as {@code repository:tag}; returns the digest that the tag names. */
    String push(Registry registry, String repository, String tag) throws IOException, InterruptedException {
        byte[] own = manifest(registry, repository, processor(), config, layers);
        if (!otherPlatform) {
            return registry.manifest(repository, tag, format.manifest, own);
        }
        Layer wrong = new Layer().file("/WRONG-PROCESSOR", "this image is for another processor\n");
        byte[] other = manifest(registry, repository, processor().equals("arm64") ? "amd64" : "arm64", "", List.of(wrong));
        registry.manifest(repository, Registry.digest(other), format.manifest, other);
        registry.manifest(repository, Registry.digest(own), format.manifest, own);
        String index = "{\"schemaVersion\":2,\"mediaType\":\"%s\",\"manifests\":[%s,%s]}".formatted(
                format.index,
                entry(other, processor().equals("arm64") ? "amd64" : "arm64"),
                entry(own, processor()));
        return registry.manifest(repository, tag, format.index, bytes(index));
    }

    static String processor() {
        return System.getProperty("os.arch").equals("aarch64") ? "arm64" : "amd64";
    }

    private byte[] manifest(Registry registry, String repository, String architecture, String members, List<Layer> content)
            throws IOException, InterruptedException {
        List<String> ids = new ArrayList<>();
        List<String> entries = new ArrayList<>();
        for (Layer layer : content) {
            byte[] tar = layer.tar();
            byte[] packed = Layer.gzip(tar);
            ids.add('"' + Registry.digest(tar) + '"');
            entries.add(descriptor(format.layer, registry.blob(repository, packed), packed.length));
        }
        byte[] document = bytes(
                "{\"architecture\":\"%s\",\"os\":\"linux\",\"created\":\"%s\",\"config\":{%s%s},\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[%s]}}"
                        .formatted(architecture, CREATED, PATH, members.isEmpty() ? "" : "," + members, String.join(",", ids)));
        return bytes("{\"schemaVersion\":2,\"mediaType\":\"%s\",\"config\":%s,\"layers\":[%s]}"
                .formatted(
                        format.manifest,
                        descriptor(format.config, registry.blob(repository, document), document.length),
                        String.join(",", entries)));
    }

    private String entry(byte[] manifest, String architecture) {
        String plain = descriptor(format.manifest, Registry.digest(manifest), manifest.length);
        return plain.substring(0, plain.length() - 1)
                + ",\"platform\":{\"architecture\":\"%s\",\"os\":\"linux\"}}".formatted(architecture);
    }

    private static String descriptor(String mediaType, String digest, int size) {
        return "{\"mediaType\":\"%s\",\"digest\":\"%s\",\"size\":%d}".formatted(mediaType, digest, size);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
