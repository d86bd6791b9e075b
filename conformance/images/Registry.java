import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Pushes blobs and manifests into a registry by the OCI distribution protocol. */
final class Registry {
    private final HttpClient http = HttpClient.newHttpClient();
    private final URI base;

    Registry(URI base) {
        this.base = base;
    }

    static String digest(byte[] content) {
        try {
            return "sha256:" + HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    String blob(String repository, byte[] content) throws IOException, InterruptedException {
        String digest = digest(content);
        URI blob = base.resolve("/v2/" + repository + "/blobs/" + digest);
        HttpRequest head = HttpRequest.newBuilder(blob).method("HEAD", HttpRequest.BodyPublishers.noBody()).build();
        if (http.send(head, HttpResponse.BodyHandlers.discarding()).statusCode() == 200) {
            return digest;
        }
        HttpRequest begin = HttpRequest.newBuilder(base.resolve("/v2/" + repository + "/blobs/uploads/"))
                .POST(HttpRequest.BodyPublishers.noBody())
                .build();
        String upload = send(begin, 202).headers().firstValue("Location").orElseThrow();
        URI target = base.resolve(upload + (upload.contains("?") ? "&" : "?") + "digest=" + digest);
        send(
                HttpRequest.newBuilder(target)
                        .header("Content-Type", "application/octet-stream")
                        .PUT(HttpRequest.BodyPublishers.ofByteArray(content))
                        .build(),
                201);
        return digest;
    }

    /** @param reference a tag or the digest */
    String manifest(String repository, String reference, String mediaType, byte[] content)
            throws IOException, InterruptedException {
        send(
                HttpRequest.newBuilder(base.resolve("/v2/" + repository + "/manifests/" + reference))
                        .header("Content-Type", mediaType)
                        .PUT(HttpRequest.BodyPublishers.ofByteArray(content))
                        .build(),
                201);
        return digest(content);
    }

    private HttpResponse<String> send(HttpRequest request, int expected) throws IOException, InterruptedException {
        HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
        if (response.statusCode() != expected) {
            throw new IOException(request.method() + " " + request.uri() + " answered " + response.statusCode() + " instead of "
                    + expected + ": " + response.body());
        }
        return response;
    }
}
