import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
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
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.zip.GZIPOutputStream;

/**
 * Makes images of generated files and pushes them: {@code java MakeImage.java REGISTRY REPOSITORY TAGS LAYERS MEBIBYTES [FILE_KIBIBYTES]}. The
 * tags are 1 to TAGS: images of the same shape that share no layer. Without a size of their own the files are of 1 KiB to 4 MiB. Half of
 * what is in them can be compressed, as in images that people run.
 */
class MakeImage {
    private static final int BLOCK = 512;
    private static final int FILES_IN_A_FOLDER = 20;
    private static final String LAYER = "application/vnd.oci.image.layer.v1.tar+gzip";
    private static final String MANIFEST = "application/vnd.oci.image.manifest.v1+json";
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    private final String repository;
    private final int fileSize;
    private final List<List<String>> diffIds = new ArrayList<>();
    private final List<List<String>> descriptors = new ArrayList<>();

    private MakeImage(String registry, String repository, int tags, int fileSize) {
        this.repository = registry + "/v2/" + repository;
        this.fileSize = fileSize;
        for (int tag = 0; tag < tags; tag++) {
            diffIds.add(new ArrayList<>());
            descriptors.add(new ArrayList<>());
        }
    }

    public static void main(String[] args) throws Exception {
        int tags = Integer.parseInt(args[2]);
        int layers = Integer.parseInt(args[3]);
        long size = Long.parseLong(args[4]) << 20;
        int fileSize = args.length > 5 ? Integer.parseInt(args[5]) << 10 : 0;
        MakeImage image = new MakeImage(args[0], args[1], tags, fileSize);
        for (int layer = 0; layer < layers; layer++) {
            image.pushLayer(layer, size / layers);
        }
        for (int tag = 0; tag < tags; tag++) {
            image.pushManifest(tag);
        }
    }

    /** The layer of every tag: a small gzip member of its own, and a large one that is compressed once for all. */
    private void pushLayer(int layer, long size) throws Exception {
        Path plain = Files.createTempFile("layer", ".tar");
        Path packed = Files.createTempFile("layer", ".tar.gz");
        try {
            try (OutputStream tar = new BufferedOutputStream(Files.newOutputStream(plain), 1 << 16)) {
                write(tar, layer, size);
            }
            try (OutputStream zipped = new GZIPOutputStream(Files.newOutputStream(packed), 1 << 16)) {
                Files.copy(plain, zipped);
            }
            for (int tag = 0; tag < diffIds.size(); tag++) {
                byte[] own = file("tag" + layer, ("of tag " + tag).getBytes(StandardCharsets.US_ASCII));
                byte[] ownPacked = gzip(own);
                String digest = digest(ownPacked, packed);
                upload(digest, BodyPublishers.concat(BodyPublishers.ofByteArray(ownPacked), BodyPublishers.ofFile(packed)));
                diffIds.get(tag).add('"' + digest(own, plain) + '"');
                descriptors.get(tag).add(descriptor(LAYER, digest, ownPacked.length + Files.size(packed)));
            }
        } finally {
            Files.delete(plain);
            Files.delete(packed);
        }
    }

    private void pushManifest(int tag) throws Exception {
        byte[] config = """
                {"architecture":"%s","os":"linux","config":{"Cmd":["true"]},"rootfs":{"type":"layers","diff_ids":[%s]}}"""
                .formatted(
                        System.getProperty("os.arch").replace("x86_64", "amd64").replace("aarch64", "arm64"),
                        String.join(",", diffIds.get(tag)))
                .getBytes(StandardCharsets.UTF_8);
        String configDigest = "sha256:" + HexFormat.of().formatHex(sha256().digest(config));
        upload(configDigest, BodyPublishers.ofByteArray(config));
        String manifest = """
                {"schemaVersion":2,"mediaType":"%s","config":%s,"layers":[%s]}"""
                .formatted(
                        MANIFEST,
                        descriptor("application/vnd.oci.image.config.v1+json", configDigest, config.length),
                        String.join(",", descriptors.get(tag)));
        send(HttpRequest.newBuilder(URI.create(repository + "/manifests/" + (tag + 1)))
                .header("Content-Type", MANIFEST)
                .PUT(BodyPublishers.ofString(manifest)));
    }

    private static String descriptor(String type, String digest, long size) {
        return "{\"mediaType\":\"%s\",\"digest\":\"%s\",\"size\":%d}".formatted(type, digest, size);
    }

    private void write(OutputStream tar, int layer, long size) throws Exception {
        Random random = new Random(layer);
        String top = "usr/share/layer" + layer;
        for (String folder : List.of("usr/", "usr/share/", top + "/")) {
            tar.write(header(folder, '5', 0));
        }
        long written = 0;
        for (int number = 0; written < size; number++) {
            String folder = top + "/" + number / FILES_IN_A_FOLDER;
            if (number % FILES_IN_A_FOLDER == 0) {
                tar.write(header(folder + "/", '5', 0));
            }
            // Small files are many, large ones have most of the bytes.
            int length = (int) Math.min(size - written, fileSize > 0 ? fileSize : 1L << (10 + random.nextInt(13)));
            tar.write(file(folder + "/file" + number, content(random, length)));
            written += length;
        }
        tar.write(new byte[2 * BLOCK]);
    }

    private static byte[] file(String name, byte[] content) {
        byte[] member = Arrays.copyOf(header(name, '0', content.length), BLOCK + (content.length + BLOCK - 1) / BLOCK * BLOCK);
        System.arraycopy(content, 0, member, BLOCK, content.length);
        return member;
    }

    private static byte[] gzip(byte[] content) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (OutputStream zipped = new GZIPOutputStream(packed)) {
            zipped.write(content);
        }
        return packed.toByteArray();
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

    private static byte[] header(String name, char type, int size) {
        byte[] block = new byte[BLOCK];
        put(block, 0, name);
        put(block, 100, type == '5' ? "0000755\0" : "0000644\0");
        put(block, 108, "0000000\0");
        put(block, 116, "0000000\0");
        put(block, 124, "%011o\0".formatted(size));
        put(block, 136, "14524600000\0");
        put(block, 148, "        ");
        block[156] = (byte) type;
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

    private static String digest(byte[] begin, Path rest) throws Exception {
        MessageDigest sha256 = sha256();
        sha256.update(begin);
        try (OutputStream hashed = new DigestOutputStream(OutputStream.nullOutputStream(), sha256)) {
            Files.copy(rest, hashed);
        }
        return "sha256:" + HexFormat.of().formatHex(sha256.digest());
    }

    private static MessageDigest sha256() throws Exception {
        return MessageDigest.getInstance("SHA-256");
    }
}
