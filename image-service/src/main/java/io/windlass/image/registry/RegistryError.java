package io.windlass.image.registry;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.image.manifest.Json;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Words the answers of registries that are no success. */
final class RegistryError {
    private static final int MOST_BYTES = 64 * 1024;
    private static final int LONGEST = 300;

    private RegistryError() {}

    /** Reads and closes the answer's body. {@code what} names the request: its method and URL. */
    static Fault of(String what, HttpResponse<InputStream> response, boolean hadCredentials) {
        int status = response.statusCode();
        String said = said(response);
        String message = what + " answered " + status + (said.isEmpty() ? "" : " (" + said + ")");
        Optional<AskedToWait> asked = AskedToWait.of(response.headers(), Instant.now());
        return switch (status) {
            case 401 ->
                new Fault(
                        FaultKind.UNAUTHENTICATED,
                        message
                                + (hadCredentials
                                        ? ": the credentials were not accepted"
                                        : ": credentials are needed, or the repository does not exist"));
            case 403 ->
                new Fault(FaultKind.PERMISSION_DENIED, message + ": these credentials may not " + verb(what) + " it");
            case 404 -> new Fault(FaultKind.NOT_FOUND, message);
            case 429 ->
                new Fault(
                        FaultKind.UNAVAILABLE,
                        message + ": the registry limits the rate of requests"
                                + response.headers()
                                        .firstValue("Retry-After")
                                        .map(a -> "; it asks to retry after " + clean(a))
                                        .orElse(""),
                        asked.orElse(null));
            default ->
                new Fault(
                        status >= 500 || status == 408 ? FaultKind.UNAVAILABLE : FaultKind.FAILED_PRECONDITION,
                        message,
                        asked.orElse(null));
        };
    }

    private static String verb(String what) {
        return what.startsWith("PUT ") || what.startsWith("POST ") ? "push" : "pull";
    }

    /** The codes and messages of the distribution specification's error document, where there is one. */
    private static String said(HttpResponse<InputStream> response) {
        try (InputStream body = response.body()) {
            List<Json> errors = Json.parse(body.readNBytes(MOST_BYTES)).objects("errors");
            return clean(errors.stream()
                    .map(e -> e.text("code") + (e.text("message").isEmpty() ? "" : ": " + e.text("message")))
                    .collect(Collectors.joining("; ")));
        } catch (IOException | Fault noDocument) {
            return "";
        }
    }

    private static String clean(String text) {
        String printable = text.replaceAll("[^\\x20-\\x7e]", "?");
        return printable.length() <= LONGEST ? printable : printable.substring(0, LONGEST) + "...";
    }
}
