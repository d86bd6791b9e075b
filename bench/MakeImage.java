import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.zip.GZIPOutputStream;

/**
 * Makes an image of generated files and pushes it: {@code java MakeImage.java REGISTRY REPOSITORY TAG LAYERS MEBIBYTES}. The files are of 1 KiB to 4 MiB, and half
 * of what is in them can be compressed, as in images that people run.
 */
class MakeImage {
    private static final int BLOCK = 512;
    private static final String LAYER = "application/vnd.oci.image.layer.v1.tar+gzip";
    private static final String MANIFEST = "application/vnd.oci.image.manifest.v1+json";
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    private final String repository;

    private MakeImage(String registry, String repository) {
        this.repository = registry + "/v2/" + repository;
    }

    public static void main(String[] args) throws Exception {
        int layers = Integer.parseInt(args[3]);
        long size = Long.parseLong(args[4]) << 20;
        new MakeImage(args[0], args[1]).push(args[2], layers, size / layers);
    }

    private void push(String tag, int layers, long size) throws Exception {
        List<String> diffIds = new ArrayList<>();
        List<String> descriptors = new ArrayList<>();
        Path file = Files.createTempFile("layer", ".tar.gz");
        try {
            for (int i = 0; i < layers; i++) {
                diffIds.add('"' + write(file, i, size) + '"');
                String digest = digest(file);
                upload(digest, BodyPublishers.ofFile(file));
                descriptors.add(descriptor(LAYER, digest, Files.size(file)));
            }
        } finally {
            Files.delete(file);
        }
        byte[] config = """
                {"architecture":"%s","os":"linux","config":{"Cmd":["true"]},"rootfs":{"type":"layers","diff_ids":[%s]}}"""
                .formatted(System.getProperty("os.arch").replace("x86_64", "amd64").replace("aarch64", "arm64"), String.join(",", diffIds))
                .getBytes(StandardCharsets.UTF_8);
        String configDigest = "sha256:" + HexFormat.of().formatHex(sha256().digest(config));
        upload(configDigest, BodyPublishers.ofByteArray(config));
        String manifest = """
                {"schemaVersion":2,"mediaType":"%s","config":%s,"layers":[%s]}"""
                .formatted(
                        MANIFEST,
                        descriptor("application/vnd.oci.image.config.v1+json", configDigest, config.length),
                        String.join(",", descriptors));
        send(HttpRequest.newBuilder(URI.create(repository + "/manifests/" + tag))
                .header("Content-Type", MANIFEST)
                .PUT(BodyPublishers.ofString(manifest)));
    }

    private static String descriptor(String type, String digest, long size) {
        return "{\"mediaType\":\"%s\",\"digest\":\"%s\",\"size\":%d}".formatted(type, digest, size);
    }

    /** Writes a layer and returns its diff id. */
    private static String write(Path file, int layer, long size) throws Exception {
        Random random = new Random(layer);
        MessageDigest sha256 = sha256();
        try (OutputStream zipped = new GZIPOutputStream(Files.newOutputStream(file), 1 << 16);
                OutputStream tar = new DigestOutputStream(zipped, sha256)) {
            long written = 0;
            for (int number = 0; written < size; number++) {
                // Small files are many, large ones have most of the bytes.
                int length = (int) Math.min(size - written, 1L << (10 + random.nextInt(13)));
                byte[] content = content(random, length);
                tar.write(header("usr/share/layer%d/%d/file%d".formatted(layer, number % 50, number), length));
                tar.write(content);
                tar.write(new byte[(BLOCK - length % BLOCK) % BLOCK]);
                written += length;
            }
            tar.write(new byte[2 * BLOCK]);
        }
        return "sha256:" + HexFormat.of().formatHex(sha256.digest());
    }

    private static byte[] content(Random random, int length) {
        byte[] content = new byte[length];
        random.nextBytes(content);
        byte[] words = "the same words over and over again, as programs and texts have them; ".getBytes(StandardCharsets.US_ASCII);
        for (int i = 0; i < length; i++) {
            if ((i >> 10) % 2 == 0) {
                content[i] = words[i % words.length];
            }
        }
        return content;
    }

    private static byte[] header(String name, int size) {
        byte[] block = new byte[BLOCK];
        put(block, 0, name);
        put(block, 100, "0000644\0");
        put(block, 108, "0000000\0");
        put(block, 116, "0000000\0");
        put(block, 124, "%011o\0".formatted(size));
        put(block, 136, "14524600000\0");
        put(block, 148, "        ");
        block[156] = '0';
        put(block, 257, "ustar\00000");
        int sum = 0;
        for (byte b : block) {
            sum += b & 0xff;
        }
        put(block, 148, "%06o\0 ".formatted(sum));
        return block;
    }

    private static void put(byte[] block, int at, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(bytes, 0, block, at, bytes.length);
    }

    private void upload(String digest, HttpRequest.BodyPublisher body) throws Exception {
        HttpResponse<String> begun = send(
                HttpRequest.newBuilder(URI.create(repository + "/blobs/uploads/")).POST(BodyPublishers.noBody()));
        String location = begun.headers().firstValue("Location").orElseThrow();
        send(HttpRequest.newBuilder(URI.create(repository).resolve(location + (location.contains("?") ? "&" : "?") + "digest=" + digest))
                .header("Content-Type", "application/octet-stream")
                .PUT(body));
    }

    private static HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        HttpRequest built = request.build();
        HttpResponse<String> answer = CLIENT.send(built, BodyHandlers.ofString());
        if (answer.statusCode() / 100 != 2) {
            throw new IOException(built.method() + " " + built.uri() + ": " + answer.statusCode() + " " + answer.body());
        }
        return answer;
    }

    private static String digest(Path file) throws Exception {
        MessageDigest sha256 = sha256();
        try (OutputStream hashed = new DigestOutputStream(OutputStream.nullOutputStream(), sha256)) {
            Files.copy(file, hashed);
        }
        return "sha256:" + HexFormat.of().formatHex(sha256.digest());
    }

    private static MessageDigest sha256() throws Exception {
        return MessageDigest.getInstance("SHA-256");
    }
}
