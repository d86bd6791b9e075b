package io.windlass.pod.network.cni;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.windlass.fault.Fault;
import io.windlass.linux.Kernel;
import io.windlass.linux.Syscalls;
import io.windlass.linux.netlink.Link;
import io.windlass.linux.netlink.RouteSocket;
import io.windlass.pod.model.PortMapping;
import io.windlass.pod.model.Protocol;
import io.windlass.pod.network.Echo;
import io.windlass.pod.network.NetworkAttachment;
import io.windlass.pod.network.NetworkConfig;
import io.windlass.pod.network.PodNetwork;
import io.windlass.pod.network.PodNetworkRequest;
import io.windlass.pod.network.PodRanges;
import io.windlass.pod.network.TestNamespace;
import io.windlass.testkit.RequiresRoot;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real plugins where Debian's are installed, and scripts that write down how they were called. */
@RequiresRoot
class CniNetworkIT {
    private static final String A = "a".repeat(64);
    private static final String B = "b".repeat(64);
    private static final Path DEBIAN_PLUGINS = Path.of("/usr/lib/cni");

    private final Syscalls kernel = new Kernel();
    private final List<TestNamespace> namespaces = new ArrayList<>();

    @TempDir
    Path folder;

    private Path calls;
    private CniFolders folders;
    private TestNamespace host;
    private CniNetwork network;

    @BeforeEach
    void open() throws Exception {
        calls = folder.resolve("calls");
        Path configurations = Files.createDirectory(folder.resolve("net.d"));
        Path plugins = Files.createDirectory(folder.resolve("bin"));
        folders = new CniFolders(configurations, List.of(plugins, DEBIAN_PLUGINS));
        host = namespace("host");
        network = reopened();
    }

    @AfterEach
    void close() {
        network.close();
        namespaces.forEach(TestNamespace::close);
    }

    private CniNetwork reopened() {
        return CniNetwork.open(folders, folder.resolve("cni.db"), PodRanges.NONE, kernel);
    }

    @Test
    void debians_bridge_plugin_connects_pods_and_is_undone() throws Exception {
        assumeThat(DEBIAN_PLUGINS.resolve("host-local")).isExecutable();
        configure("""
                {"cniVersion": "1.0.0", "name": "pods", "plugins": [
                  {"type": "bridge", "bridge": "cni0", "isGateway": true,
                   "ipam": {"type": "host-local", "dataDir": "%s", "ranges": [[{"subnet": "10.77.0.0/24"}],
                            [{"subnet": "fd77::/64"}]], "routes": [{"dst": "0.0.0.0/0"}, {"dst": "::/0"}]}},
                  {"type": "tuning", "sysctl": {"net.core.somaxconn": "77"}}]}""".formatted(folder.resolve("ipam")));
        TestNamespace a = namespace("a");
        TestNamespace b = namespace("b");
        NetworkAttachment first = attach(A, a);
        NetworkAttachment second = attach(B, b);
        assertThat(first.addresses()).hasSize(2).first().isEqualTo(InetAddress.ofLiteral("10.77.0.2"));
        assertThat(first.gateways()).contains(InetAddress.ofLiteral("10.77.0.1"));
        assertThat(attach(A, a)).isEqualTo(first);
        host.run(() -> network.check(A, a.pin()));

        Echo server = b.call(() -> Echo.tcp(80));
        assertThat(a.call(() -> Echo.askTcp(second.addresses().getFirst(), 80))).isEqualTo("10.77.0.2");
        assertThat(a.call(() -> Files.readAllLines(Path.of("/proc/sys/net/core/somaxconn"))))
                .containsExactly("77");
        server.close();

        b.close();
        host.run(() -> {
            network.detach(A, Optional.of(a.pin()));
            network.detach(A, Optional.of(a.pin()));
            network.detach(B, Optional.empty());
        });
        assertThat(network.find(A)).isEmpty();
        try (var left = Files.list(folder.resolve("ipam/pods"))) {
            assertThat(left.map(file -> file.getFileName().toString())).noneMatch(name -> name.startsWith("10."));
        }
    }

    @Test
    void plugins_get_their_environment_capabilities_and_the_previous_result() throws Exception {
        script("one", "echo '{\"cniVersion\":\"1.0.0\",\"ips\":[{\"address\":\"10.1.2.3/24\"}]}'");
        script("two", "echo '{\"cniVersion\":\"1.0.0\",\"ips\":[{\"address\":\"10.1.2.4/24\"}]}'");
        configure("""
                {"cniVersion": "1.0.0", "name": "pods", "plugins": [
                  {"type": "one", "own": true}, {"type": "two", "capabilities": {"portMappings": true, "ipRanges": true}}]}""");
        network.use(PodRanges.parse("10.1.2.0/24,fd00:1::/64"));
        TestNamespace a = namespace("a");
        PodNetworkRequest request = PodNetworkRequest.of(A, "web", "shop", a.pin())
                .withPortMappings(
                        List.of(new PortMapping(Protocol.TCP, 80, 8080, ""), new PortMapping(Protocol.UDP, 53, 0, "")));
        NetworkAttachment attachment = host.call(() -> network.attach(request));
        assertThat(attachment.primary()).contains(InetAddress.ofLiteral("10.1.2.4"));
        host.run(() -> network.detach(A, Optional.of(a.pin())));

        List<String> lines = Files.readAllLines(calls);
        String environment = A + " " + a.pin() + " eth0 IgnoreUnknown=1;K8S_POD_NAMESPACE=shop;K8S_POD_NAME=web;"
                + "K8S_POD_INFRA_CONTAINER_ID=" + A + ";K8S_POD_UID=";
        assertThat(lines).hasSize(4);
        assertThat(lines.get(0))
                .isEqualTo("one ADD " + environment
                        + " {\"type\":\"one\",\"own\":true,\"name\":\"pods\",\"cniVersion\":\"1.0.0\"}");
        assertThat(lines.get(1))
                .startsWith("two ADD ")
                .contains("\"runtimeConfig\":{\"portMappings\":"
                        + "[{\"hostPort\":8080,\"containerPort\":80,\"protocol\":\"tcp\"}],"
                        + "\"ipRanges\":[[{\"subnet\":\"10.1.2.0/24\"}],[{\"subnet\":\"fd00:1:0:0:0:0:0:0/64\"}]]}")
                .contains("\"prevResult\":{\"cniVersion\":\"1.0.0\",\"ips\":[{\"address\":\"10.1.2.3/24\"}]}")
                .doesNotContain("capabilities");
        assertThat(lines.get(2))
                .startsWith("two DEL ")
                .contains("\"prevResult\"")
                .contains("10.1.2.4");
        assertThat(lines.get(3)).startsWith("one DEL ").contains("10.1.2.4");
    }

    @Test
    void loopback_is_up_without_a_plugin_for_it() throws Exception {
        script("one", "echo '{\"ips\":[{\"address\":\"10.1.2.3/24\"}]}'");
        configure("{\"cniVersion\": \"1.0.0\", \"name\": \"pods\", \"type\": \"one\"}");
        TestNamespace a = namespace("a");
        attach(A, a);
        assertThat(a.call(() -> {
                    try (RouteSocket routes = RouteSocket.open(kernel)) {
                        return routes.findLink("lo").map(Link::up);
                    }
                }))
                .contains(true);
    }

    @Test
    void a_failed_add_is_undone_and_told_in_the_plugins_words() throws Exception {
        script("one", "echo '{\"ips\":[{\"address\":\"10.1.2.3/24\"}]}'");
        script(
                "two",
                "[ $CNI_COMMAND = DEL ] || { echo '{\"code\":7,\"msg\":\"no luck\",\"details\":\"at all\"}'; exit 1; }");
        configure(
                "{\"cniVersion\": \"1.0.0\", \"name\": \"pods\", \"plugins\": [{\"type\": \"one\"}, {\"type\": \"two\"}]}");
        TestNamespace a = namespace("a");
        assertThatThrownBy(() -> attach(A, a))
                .isInstanceOf(Fault.class)
                .hasMessage("cannot attach pod " + A + " to network pods: CNI plugin " + folder.resolve("bin/two")
                        + " failed at ADD: no luck; at all");
        assertThat(Files.readAllLines(calls))
                .extracting(line -> line.substring(0, 7))
                .containsExactly("one ADD", "two ADD", "two DEL", "one DEL");
        assertThat(network.knows(A)).isFalse();
    }

    @Test
    void a_pod_whose_del_fails_stays_known_across_a_restart_and_a_new_configuration() throws Exception {
        script(
                "one",
                "[ $CNI_COMMAND = ADD ] && echo '{\"ips\":[{\"address\":\"10.1.2.3/24\"}]}' || [ -e "
                        + folder.resolve("heal") + " ]");
        configure("{\"cniVersion\": \"1.0.0\", \"name\": \"pods\", \"type\": \"one\", \"round\": 1}");
        TestNamespace a = namespace("a");
        attach(A, a);
        assertThatThrownBy(() -> host.run(() -> network.detach(A, Optional.of(a.pin()))))
                .hasMessageStartingWith("cannot detach pod " + A + ": CNI plugin ");
        network.close();
        configure("{\"cniVersion\": \"1.0.0\", \"name\": \"others\", \"type\": \"two\"}");
        network = reopened();
        assertThatThrownBy(() -> host.run(() -> network.converge(Set.of()))).hasMessageContaining(A);
        assertThat(network.knows(A)).isTrue();
        Files.createFile(folder.resolve("heal"));
        host.run(() -> network.converge(Set.of()));
        assertThat(network.knows(A)).isFalse();
        assertThat(Files.readAllLines(calls).getLast()).startsWith("one DEL").contains("\"round\":1");
    }

    @Test
    void an_add_that_a_crash_cut_short_is_undone_before_the_next() throws Exception {
        script("one", "echo '{\"ips\":[{\"address\":\"10.1.2.3/24\"}]}'");
        configure("{\"cniVersion\": \"1.0.0\", \"name\": \"pods\", \"type\": \"one\"}");
        network.close();
        try (CniJournal journal = CniJournal.open(folder.resolve("cni.db"))) {
            String text = Files.readString(folder.resolve("net.d/10-test.conflist"));
            journal.put(new CniJournal.Entry(A, text, "", "{}", ""));
        }
        network = reopened();
        attach(A, namespace("a"));
        assertThat(Files.readAllLines(calls))
                .extracting(line -> line.substring(0, 7))
                .containsExactly("one DEL", "one ADD");
    }

    @Test
    void the_status_names_what_is_missing() throws Exception {
        assertThat(network.status().message()).isEqualTo("no CNI configuration in " + folder.resolve("net.d"));
        configure("{\"cniVersion\": \"1.0.0\", \"name\": \"pods\", \"type\": \"nowhere\"}");
        assertThat(network.status().ready()).isFalse();
        assertThat(network.status().message()).startsWith("network pods needs plugins [nowhere], which are not in ");
        configure("{\n \"name\": ");
        assertThat(network.status().message())
                .startsWith("cannot use CNI configuration " + folder.resolve("net.d/10-test.conflist") + ": line 2: ");
        script("one", "true");
        configure("{\"cniVersion\": \"1.0.0\", \"name\": \"pods\", \"type\": \"one\"}");
        assertThat(network.status().ready()).isTrue();
    }

    @Test
    void cni_is_used_from_when_it_is_configured_and_each_pod_is_detached_by_what_attached_it() throws Exception {
        script("one", "echo '{\"ips\":[{\"address\":\"10.1.2.3/24\"}]}'");
        network.close();
        TestNamespace a = namespace("a");
        TestNamespace b = namespace("b");
        host.run(() -> {
            try (PodNetwork chosen = PodNetworks.open(NetworkConfig.defaults(folder), folders, folder, kernel)) {
                chosen.converge(Set.of());
                assertThat(address(chosen, A, a)).isEqualTo("10.88.0.2");
                configure("{\"cniVersion\": \"1.0.0\", \"name\": \"pods\", \"type\": \"one\"}");
                assertThat(address(chosen, B, b)).isEqualTo("10.1.2.3");
                assertThat(address(chosen, A, a)).isEqualTo("10.88.0.2");
                chosen.detach(A, Optional.of(a.pin()));
                chosen.detach(B, Optional.of(b.pin()));
                assertThat(chosen.find(A)).isEmpty();
                assertThat(chosen.find(B)).isEmpty();
            }
        });
        network = reopened();
        assertThat(Files.readAllLines(calls))
                .extracting(line -> line.substring(0, 11))
                .containsExactly("one ADD bbb", "one DEL bbb");
    }

    @Test
    void the_clusters_range_is_told_to_plugins_that_take_one_and_kept_for_the_bridge() throws Exception {
        script("one", "echo '{\"cniVersion\":\"1.0.0\",\"ips\":[{\"address\":\"10.1.2.3/24\"}]}'");
        configure("""
                {"cniVersion": "1.0.0", "name": "pods", "plugins": [
                  {"type": "one", "capabilities": {"ipRanges": true}}]}""");
        network.close();
        TestNamespace a = namespace("a");
        TestNamespace b = namespace("b");
        host.run(() -> {
            try (PodNetwork chosen = PodNetworks.open(NetworkConfig.defaults(folder), folders, folder, kernel)) {
                chosen.use(PodRanges.parse("10.99.0.0/24,fd00:99::/64"));
                assertThat(address(chosen, A, a)).isEqualTo("10.1.2.3");
                assertThat(Files.readString(calls))
                        .contains("\"runtimeConfig\":{\"ipRanges\":[[{\"subnet\":\"10.99.0.0/24\"}],"
                                + "[{\"subnet\":\"fd00:99:0:0:0:0:0:0/64\"}]]}");
                chosen.detach(A, Optional.of(a.pin()));
                Files.delete(folder.resolve("net.d/10-test.conflist"));
                assertThat(address(chosen, B, b)).isEqualTo("10.99.0.2");
                chosen.detach(B, Optional.of(b.pin()));
            }
        });
        network = reopened();
    }

    private static String address(PodNetwork network, String podId, TestNamespace pod) {
        return network.attach(PodNetworkRequest.of(podId, "pod", "default", pod.pin()))
                .addresses()
                .getFirst()
                .getHostAddress();
    }

    private NetworkAttachment attach(String podId, TestNamespace pod) throws Exception {
        return host.call(() -> network.attach(PodNetworkRequest.of(podId, "pod", "default", pod.pin())));
    }

    private void configure(String text) throws IOException {
        Files.writeString(folder.resolve("net.d/10-test.conflist"), text, StandardCharsets.UTF_8);
    }

    /** A plugin that writes its name, environment and input down in one line before it does its own. */
    private void script(String name, String body) throws IOException {
        Path file = folder.resolve("bin").resolve(name);
        Files.writeString(file, """
                #!/bin/sh
                echo "%s $CNI_COMMAND $CNI_CONTAINERID $CNI_NETNS $CNI_IFNAME $CNI_ARGS $(cat)" >> %s
                %s
                """.formatted(name, calls, body));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private TestNamespace namespace(String name) throws Exception {
        TestNamespace namespace = TestNamespace.create(name);
        namespaces.add(namespace);
        return namespace;
    }
}
