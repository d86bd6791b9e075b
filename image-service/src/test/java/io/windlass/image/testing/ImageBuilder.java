package io.windlass.image.testing;

import com.github.luben.zstd.Zstd;
import io.windlass.image.manifest.MediaTypes;
import io.windlass.image.reference.Digest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.zip.GZIPOutputStream;

/** Makes an image in memory: its manifest, and the blobs that belong to it. */
public final class ImageBuilder {
    private static final String OCI_LAYER = "application/vnd.oci.image.layer.v1.tar";

    private final List<String> layers = new ArrayList<>();
    private final List<String> diffIds = new ArrayList<>();
    private final Map<Digest, byte[]> blobs = new LinkedHashMap<>();
    private boolean docker;
    private String platform = "\"architecture\":\"" + architecture() + "\",\"os\":\"linux\"";
    private String config = "{}";

    public static String architecture() {
        return System.getProperty("os.arch").equals("aarch64") ? "arm64" : "amd64";
    }

    /** Uses Docker's media types in place of OCI's. */
    public ImageBuilder docker() {
        docker = true;
        return this;
    }

    public ImageBuilder platform(String os, String architecture) {
        platform = "\"architecture\":\"" + architecture + "\",\"os\":\"" + os + "\"";
        return this;
    }

    /** The object "config" of the image's config, as JSON. */
    public ImageBuilder config(String json) {
        config = json;
        return this;
    }

    public ImageBuilder gzipLayer(byte[] tar) {
        return layer(
                docker ? "application/vnd.docker.image.rootfs.diff.tar.gzip" : OCI_LAYER + "+gzip", gzip(tar), tar);
    }

    public ImageBuilder zstdLayer(byte[] tar) {
        return layer(OCI_LAYER + "+zstd", Zstd.compress(tar), tar);
    }

    public ImageBuilder plainLayer(byte[] tar) {
        return layer(OCI_LAYER, tar, tar);
    }

    /** A layer whose packed bytes and promised archive need not fit together. */
    public ImageBuilder layer(String mediaType, byte[] packed, byte[] tar) {
        Digest digest = Digest.sha256(packed);
        blobs.put(digest, packed);
        return descriptor(mediaType, digest, packed.length, Digest.sha256(tar));
    }

    public ImageBuilder descriptor(String mediaType, Digest digest, long size, Digest diffId) {
        layers.add(descriptorJson(mediaType, digest, size, ""));
        diffIds.add("\"" + diffId + "\"");
        return this;
    }

    public Built build() {
        byte[] configBytes = ("{" + platform + ",\"config\":" + config
                        + ",\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[" + String.join(",", diffIds) + "]}}")
                .getBytes(StandardCharsets.UTF_8);
        Digest configDigest = Digest.sha256(configBytes);
        Map<Digest, byte[]> all = new LinkedHashMap<>(blobs);
        all.put(configDigest, configBytes);
        String mediaType = docker ? MediaTypes.DOCKER_MANIFEST : MediaTypes.OCI_MANIFEST;
        String configType = docker ? MediaTypes.DOCKER_CONFIG : MediaTypes.OCI_CONFIG;
        byte[] manifest = ("{\"schemaVersion\":2,\"mediaType\":\"" + mediaType + "\",\"config\":"
                        + descriptorJson(configType, configDigest, configBytes.length, "") + ",\"layers\":["
                        + String.join(",", layers) + "]}")
                .getBytes(StandardCharsets.UTF_8);
        return new Built(mediaType, manifest, configDigest, all);
    }

    /** An index of images for platforms like "linux/arm64". */
    public static byte[] index(Map<String, Built> images) {
        String entries = images.entrySet().stream()
                .map(e -> {
                    String[] platform = e.getKey().split("/", -1);
                    return descriptorJson(
                            e.getValue().mediaType(),
                            e.getValue().digest(),
                            e.getValue().manifest().length,
                            ",\"platform\":{\"os\":\"" + platform[0] + "\",\"architecture\":\"" + platform[1] + "\"}");
                })
                .collect(Collectors.joining(","));
        return ("{\"schemaVersion\":2,\"mediaType\":\"" + MediaTypes.OCI_INDEX + "\",\"manifests\":[" + entries + "]}")
                .getBytes(StandardCharsets.UTF_8);
    }

    private static String descriptorJson(String mediaType, Digest digest, long size, String more) {
        return "{\"mediaType\":\"%s\",\"digest\":\"%s\",\"size\":%d%s}".formatted(mediaType, digest, size, more);
    }

    public static byte[] gzip(byte[] content) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    /** A finished image. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    public record Built(String mediaType, byte[] manifest, Digest config, Map<Digest, byte[]> blobs) {
        public Digest digest() {
            return Digest.sha256(manifest);
        }
    }
}
