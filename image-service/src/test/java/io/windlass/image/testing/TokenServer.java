package io.windlass.image.testing;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;

/**
 * A token server that a docker-registry believes: one user may do what he asks for by name and password, or by an identity token. Its tokens are signed
 * by the key of a server certificate.
 */
public final class TokenServer implements AutoCloseable {
    public static final String USER = "me";
    public static final String PASSWORD = "secret";
    public static final String IDENTITY = "identity-of-me";

    private final HttpServer server;
    private final TestCertificates certificates;
    private final List<String> grants = new CopyOnWriteArrayList<>();

    public TokenServer(TestCertificates certificates) {
        this.certificates = certificates;
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext("/token", this::token);
        server.start();
    }

    /** The registry's section {@code auth}. */
    public String settings() {
        return "auth: {token: {realm: '%s', service: test, issuer: tester, rootcertbundle: '%s'}}"
                .formatted(url(), certificates.server());
    }

    public URI url() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/token");
    }

    /** How the tokens given so far were asked for. */
    public List<String> grants() {
        return List.copyOf(grants);
    }

    private void token(HttpExchange exchange) throws IOException {
        try (exchange) {
            boolean form = exchange.getRequestMethod().equals("POST");
            String query = form
                    ? new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8)
                    : exchange.getRequestURI().getRawQuery();
            Map<String, String> fields = Arrays.stream(query.split("&", -1))
                    .map(field -> field.split("=", 2))
                    .collect(Collectors.toMap(
                            field -> field[0],
                            field -> URLDecoder.decode(field[1], StandardCharsets.UTF_8),
                            (one, other) -> one + " " + other));
            String login = "Basic "
                    + Base64.getEncoder().encodeToString((USER + ":" + PASSWORD).getBytes(StandardCharsets.UTF_8));
            boolean known = form
                    ? IDENTITY.equals(fields.get("refresh_token"))
                    : login.equals(exchange.getRequestHeaders().getFirst("Authorization"));
            if (!known) {
                FakeRegistry.answer(exchange, 401, "{\"errors\":[{\"code\":\"UNAUTHORIZED\",\"message\":\"who?\"}]}");
                return;
            }
            grants.add(form ? "identity" : "password");
            FakeRegistry.answer(
                    exchange,
                    200,
                    "{\"access_token\":\"" + sign(fields.getOrDefault("scope", "")) + "\",\"expires_in\":300}");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A JSON web token in the form of the distribution project. */
    private String sign(String scope) throws IOException, GeneralSecurityException {
        String access = Arrays.stream(scope.split(" ", -1))
                .map(one -> one.split(":", -1))
                .filter(parts -> parts.length == 3)
                .map(parts -> "{\"type\":\"%s\",\"name\":\"%s\",\"actions\":[\"%s\"]}"
                        .formatted(parts[0], parts[1], parts[2].replace(",", "\",\"")))
                .collect(Collectors.joining(","));
        long now = Instant.now().getEpochSecond();
        String header = "{\"typ\":\"JWT\",\"alg\":\"ES256\",\"x5c\":[\"" + body(certificates.server()) + "\"]}";
        String claims = """
                {"iss":"tester","sub":"me","aud":"test","exp":%d,"nbf":%d,"iat":%d,"jti":"1",
                "access":[%s]}""".formatted(now + 300, now - 10, now, access);
        String signed = encoded(header.getBytes(StandardCharsets.UTF_8)) + "."
                + encoded(claims.getBytes(StandardCharsets.UTF_8));
        PrivateKey key = KeyFactory.getInstance("EC")
                .generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(body(certificates.serverKey()))));
        Signature signature = Signature.getInstance("SHA256withECDSAinP1363Format");
        signature.initSign(key);
        signature.update(signed.getBytes(StandardCharsets.UTF_8));
        return signed + "." + encoded(signature.sign());
    }

    private static String body(Path pem) throws IOException {
        return Files.readAllLines(pem).stream()
                .filter(line -> !line.startsWith("-----"))
                .collect(Collectors.joining());
    }

    private static String encoded(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
