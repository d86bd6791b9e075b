package io.windlass.image.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.image.hosts.Access;
import io.windlass.image.testing.FakeRegistry;
import java.io.IOException;
import java.io.InputStream;
import java.net.Proxy;
import java.net.URI;
import java.net.http.HttpResponse;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NodeProxiesTest {
    private static boolean proxied(Map<String, String> environment, String url) {
        return !new NodeProxies(environment).select(URI.create(url)).getFirst().equals(Proxy.NO_PROXY);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "''; https://r.example; true",
                "r.example; https://r.example; false",
                "r.example; https://sub.r.example; false",
                "r.example; https://other.example; true",
                "r.example; https://notr.example; true",
                ".r.example; https://sub.r.example; false",
                ".r.example; https://r.example; true",
                "*.r.example; https://sub.r.example; false",
                "r.example:5000; https://r.example:5000; false",
                "r.example:5000; https://r.example; true",
                "r.example:443; https://r.example; false",
                "a.example, R.EXAMPLE ; https://r.example; false",
                "10.0.0.0/8; https://10.2.3.4; false",
                "10.0.0.0/8; https://11.2.3.4; true",
                "10.0.0.0/8; https://r.example; true",
                "10.0.0.0/x; https://10.2.3.4; true",
                "192.0.2.1; https://192.0.2.1; false",
                "*; https://r.example; false",
                "''; https://127.0.0.1:5000; false",
                "''; https://localhost; false"
            })
    void whatIsNamedGoesWithoutAProxy(String direct, String url, boolean expected) {
        assertThat(proxied(Map.of("HTTPS_PROXY", "http://proxy.example:3128", "NO_PROXY", direct), url))
                .isEqualTo(expected);
    }

    @Test
    void eachSchemeHasItsOwnAndLowerCaseComesFirst() {
        Map<String, String> environment =
                Map.of("http_proxy", "one.example:1", "HTTP_PROXY", "two.example:2", "HTTPS_PROXY", "three.example");

        NodeProxies proxies = new NodeProxies(environment);

        assertThat(proxies.select(URI.create("http://r.example")).getFirst())
                .asString()
                .contains("one.example")
                .contains(":1");
        assertThat(proxies.select(URI.create("https://r.example")).getFirst())
                .asString()
                .contains("three.example")
                .contains(":80");
        assertThat(proxied(Map.of(), "https://r.example")).isFalse();
    }

    @Test
    void aProxyThatCannotBeUsedIsRefusedWithoutItsPassword() {
        NodeProxies proxies = new NodeProxies(Map.of("HTTPS_PROXY", "socks5://me:secret@proxy.example"));

        assertThatThrownBy(() -> proxies.select(URI.create("https://r.example")))
                .hasMessageContaining("cannot use the proxy")
                .hasMessageNotContaining("secret");
    }

    @Test
    void requestsGoThroughTheProxyWithItsLogin() throws IOException {
        try (FakeRegistry proxy = new FakeRegistry();
                StallWatch stalls = new StallWatch(Patience.DEFAULT.stall());
                HttpTransport transport = new HttpTransport(
                        new NodeProxies(Map.of("HTTP_PROXY", "http://me:secret@" + proxy.host())), stalls)) {
            proxy.replace("/x", new byte[] {1, 2});
            proxy.behave(exchange -> {
                boolean known =
                        "Basic bWU6c2VjcmV0".equals(exchange.getRequestHeaders().getFirst("Proxy-Authorization"));
                if (!known) {
                    FakeRegistry.answer(exchange, 407, "");
                }
                return !known;
            });

            URI uri = URI.create("http://nowhere.invalid/x");
            HttpResponse<InputStream> small = transport.get(Access.DEFAULT, uri, Map.of());
            HttpResponse<InputStream> large = transport.stream(Access.DEFAULT, uri, Map.of());

            assertThat(small.statusCode()).isEqualTo(200);
            assertThat(small.body().readAllBytes()).containsExactly(1, 2);
            assertThat(large.statusCode()).isEqualTo(200);
            assertThat(large.body().readAllBytes()).containsExactly(1, 2);
            large.body().close();
        }
    }
}
