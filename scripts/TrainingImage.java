import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Random;
import java.util.StringJoiner;
import java.util.zip.GZIPOutputStream;

/**
 * A registry with one generated image, on loopback: {@code java TrainingImage.java PORT}. It has what a pull needs and nothing else: the
 * image {@code training:1}, of as many layers as {@link #LAYERS} says.
 */
class TrainingImage {
    private static final int LAYERS = 4;
    private static final int FILES = 40;
    private static final String CONFIG_TYPE = "application/vnd.oci.image.config.v1+json";
    private static final String LAYER_TYPE = "application/vnd.oci.image.layer.v1.tar+gzip";
    private static final String MANIFEST_TYPE = "application/vnd.oci.image.manifest.v1+json";

    public static void main(String[] arguments) throws Exception {
        Map<String, byte[]> answers = new HashMap<>();
        StringJoiner layers = new StringJoiner(",", "[", "]");
        StringJoiner diffIds = new StringJoiner(",", "[", "]");
        for (int i = 0; i < LAYERS; i++) {
            byte[] tar = tar(i);
            ByteArrayOutputStream packed = new ByteArrayOutputStream();
            try (OutputStream zipped = new GZIPOutputStream(packed)) {
                zipped.write(tar);
            }
            layers.add(blob(answers, LAYER_TYPE, packed.toByteArray()));
            diffIds.add('"' + digest(tar) + '"');
        }
        String architecture = System.getProperty("os.arch").replace("x86_64", "amd64").replace("aarch64", "arm64");
        byte[] config = """
                {"architecture":"%s","os":"linux","config":{"Cmd":["true"]},"rootfs":{"type":"layers","diff_ids":%s}}"""
                .formatted(architecture, diffIds)
                .getBytes(StandardCharsets.US_ASCII);
        byte[] manifest = """
                {"schemaVersion":2,"mediaType":"%s","config":%s,"layers":%s}"""
                .formatted(MANIFEST_TYPE, blob(answers, CONFIG_TYPE, config), layers)
                .getBytes(StandardCharsets.US_ASCII);
        answers.put("/v2/training/manifests/1", manifest);

        int port = Integer.parseInt(arguments[0]);
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        server.createContext("/v2/", exchange -> {
            byte[] answer = answers.get(exchange.getRequestURI().getPath());
            if (answer == null) {
                exchange.sendResponseHeaders(404, -1);
            } else {
                exchange.getResponseHeaders().add("Content-Type", answer == manifest ? MANIFEST_TYPE : "application/octet-stream");
                exchange.sendResponseHeaders(200, exchange.getRequestMethod().equals("HEAD") ? -1 : answer.length);
                exchange.getResponseBody().write(answer);
            }
            exchange.close();
        });
        server.start();
    }

    /** A layer with folders, files that can hardly be compressed, and links. */
    private static byte[] tar(int layer) throws Exception {
        ByteArrayOutputStream tar = new ByteArrayOutputStream();
        Random random = new Random(layer);
        String folder = "layer" + layer;
        header(tar, folder + "/", '5', 0, "");
        for (int i = 0; i < FILES; i++) {
            byte[] content = new byte[1 << (8 + i % 10)];
            random.nextBytes(content);
            header(tar, folder + "/file" + i, '0', content.length, "");
            tar.write(content);
            tar.write(new byte[-content.length & 511]);
        }
        header(tar, folder + "/symbolic", '2', 0, "file0");
        header(tar, folder + "/hard", '1', 0, folder + "/file1");
        tar.write(new byte[1024]);
        return tar.toByteArray();
    }

    private static void header(ByteArrayOutputStream tar, String name, char type, int size, String link) {
        byte[] block = new byte[512];
        put(block, 0, name);
        put(block, 100, type == '5' ? "0000755" : "0000644");
        put(block, 108, "0000000");
        put(block, 116, "0000000");
        put(block, 124, "%011o".formatted(size));
        put(block, 136, "14524600000");
        put(block, 148, "        ");
        block[156] = (byte) type;
        put(block, 157, link);
        put(block, 257, "ustar\00000");
        int sum = 0;
        for (byte b : block) {
            sum += b & 0xff;
        }
        put(block, 148, "%06o\0 ".formatted(sum));
        tar.writeBytes(block);
    }

    private static void put(byte[] block, int at, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(bytes, 0, block, at, bytes.length);
    }

    private static String blob(Map<String, byte[]> answers, String type, byte[] content) throws Exception {
        String digest = digest(content);
        answers.put("/v2/training/blobs/" + digest, content);
        return "{\"mediaType\":\"%s\",\"digest\":\"%s\",\"size\":%d}".formatted(type, digest, content.length);
    }

    private static String digest(byte[] content) throws Exception {
        return "sha256:" + HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
    }
}
