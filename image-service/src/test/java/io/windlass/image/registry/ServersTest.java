package io.windlass.image.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.image.hosts.Access;
import io.windlass.image.hosts.Capability;
import io.windlass.image.hosts.Endpoint;
import java.net.ConnectException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ServersTest {
    private static final Set<Capability> ALL = Set.of(Capability.values());

    private final List<String> asked = new ArrayList<>();

    private static Endpoint endpoint(String name, Set<Capability> capabilities, boolean onlyIfUnreachable) {
        return new Endpoint(
                URI.create("https://" + name + "/v2"),
                name,
                "a",
                Optional.empty(),
                capabilities,
                Access.DEFAULT,
                onlyIfUnreachable,
                "hosts.toml:1");
    }

    private String ask(Servers servers, String answering, Fault otherwise) {
        return servers.first(Capability.PULL, endpoint -> {
            asked.add(endpoint.authority());
            if (endpoint.authority().equals(answering)) {
                return answering;
            }
            throw otherwise;
        });
    }

    private static Fault unreachable() {
        return new Fault(FaultKind.UNAVAILABLE, "nobody there", new ConnectException());
    }

    @Test
    void aServerThatCannotBeReachedIsAskedLastFromThenOn() {
        Servers servers = new Servers(List.of(endpoint("m", ALL, false), endpoint("o", ALL, false)));

        ask(servers, "o", unreachable());
        ask(servers, "o", unreachable());
        assertThat(asked).containsExactly("m", "o", "o");

        ask(servers, "m", Fault.notFound("not here"));
        assertThat(asked).endsWith("o", "m");
    }

    @Test
    void aServerThatAnswersOtherwiseKeepsItsPlace() {
        Servers servers = new Servers(List.of(endpoint("m", ALL, false), endpoint("o", ALL, false)));

        ask(servers, "o", Fault.notFound("not here"));
        ask(servers, "o", Fault.notFound("not here"));

        assertThat(asked).containsExactly("m", "o", "m", "o");
    }

    @Test
    void anotherWayToAServerIsTakenOnlyWhereTheFirstLeadsNowhere() {
        Servers servers = new Servers(List.of(endpoint("https", ALL, false), endpoint("http", ALL, true)));

        assertThatThrownBy(() -> ask(servers, "http", Fault.notFound("not here")))
                .hasMessage("not here");
        assertThat(asked).containsExactly("https");

        assertThat(ask(servers, "http", unreachable())).isEqualTo("http");
        assertThat(ask(servers, "http", unreachable())).isEqualTo("http");
        assertThat(asked).containsExactly("https", "https", "http", "http");
    }

    @Test
    void serversAreAskedForWhatTheyAreFor() {
        Servers servers = new Servers(
                List.of(endpoint("tags", Set.of(Capability.RESOLVE), false), endpoint("content", ALL, false)));

        ask(servers, "content", unreachable());
        assertThat(asked).containsExactly("content");

        Servers none = new Servers(List.of(endpoint("tags", Set.of(Capability.RESOLVE), false)));
        assertThatThrownBy(() -> ask(none, "tags", unreachable()))
                .hasMessage("none of the servers [https://tags] may be asked for content:"
                        + " see the capabilities at hosts.toml:1");
    }
}
