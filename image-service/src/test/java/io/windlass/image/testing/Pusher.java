package io.windlass.image.testing;

import io.windlass.image.reference.Digest;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;

/** Pushes images to a registry without authentication. */
public final class Pusher {
    private final URI base;
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    public Pusher(URI base) {
        this.base = base;
    }

    public void push(String repository, String tag, ImageBuilder.Built image) {
        image.blobs().forEach((digest, content) -> blob(repository, digest, content));
        manifest(repository, tag, image.mediaType(), image.manifest());
    }

    public void manifest(String repository, String tag, String mediaType, byte[] content) {
        send(request("/v2/" + repository + "/manifests/" + tag)
                .header("Content-Type", mediaType)
                .PUT(BodyPublishers.ofByteArray(content))
                .build());
    }

    private void blob(String repository, Digest digest, byte[] content) {
        HttpResponse<String> started = send(request("/v2/" + repository + "/blobs/uploads/")
                .POST(BodyPublishers.noBody())
                .build());
        String location = started.headers().firstValue("Location").orElseThrow();
        URI upload = base.resolve(location + (location.contains("?") ? "&" : "?") + "digest=" + digest);
        send(HttpRequest.newBuilder(upload)
                .header("Content-Type", "application/octet-stream")
                .PUT(BodyPublishers.ofByteArray(content))
                .build());
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(base.resolve(path));
    }

    private HttpResponse<String> send(HttpRequest request) {
        try {
            HttpResponse<String> response = client.send(request, BodyHandlers.ofString());
            if (response.statusCode() / 100 != 2) {
                throw new IllegalStateException(
                        request + " answered " + response.statusCode() + ": " + response.body());
            }
            return response;
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException("cannot push to " + base, e);
        }
    }
}
