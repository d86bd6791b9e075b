package io.windlass.runtime.shim;

import static org.assertj.core.api.Assertions.assertThat;

import io.windlass.runtime.oci.IdMapping;
import io.windlass.runtime.oci.Linux;
import io.windlass.runtime.oci.Mount;
import io.windlass.runtime.oci.Namespace;
import io.windlass.runtime.oci.Process;
import io.windlass.runtime.oci.Spec;
import io.windlass.runtime.oci.User;
import io.windlass.runtime.program.SeccompDocuments;
import io.windlass.runtime.program.TypicalContainer;
import io.windlass.testkit.RequiresRoot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

@RequiresRoot
class UserNamespaceIT {
    private static final int BASE = 1_000_000;
    private static final List<IdMapping> MAPPING = List.of(new IdMapping(0, BASE, 65_536));

    private static ShimHost host;
    private static PodShim pod;
    private static PodSpawn request;

    @BeforeAll
    static void start() {
        host = new ShimHost();
        PodSpawn plain = host.spawn(
                ShimHost.id(), Set.of(PodNamespace.USER, PodNamespace.NET, PodNamespace.IPC, PodNamespace.UTS));
        request = new PodSpawn(
                plain.podId(), plain.podDirectory(), plain.namespaces(), "mapped-pod", Map.of(), MAPPING, MAPPING);
        pod = host.pod(request);
    }

    @AfterAll
    static void end() throws IOException {
        host.close();
    }

    @Test
    void isRootInsideAndNobodyOutside() throws IOException {
        Path plain = Files.createDirectory(host.folder().resolve("plain"));
        Path mapped = Files.createDirectory(host.folder().resolve("mapped"));
        ContainerLaunch launch = launch(
                "id -u; cat /proc/self/uid_map; stat -c '%n %u' /bin/busybox /plain /mapped; touch /mapped/new /new; "
                        + "touch /plain/new; echo x > /dev/null && echo written; hostname; ls /sys/class/net; "
                        + "readlink /proc/self/ns/user; grep -E 'CapBnd|Seccomp:' /proc/self/status",
                List.of(
                        Mount.bind(plain.toString(), "/plain"),
                        Mount.bind(mapped.toString(), "/mapped").withMappings(MAPPING, MAPPING)));

        String output = host.run(pod, launch);

        assertThat(output)
                .startsWith("0\n")
                .contains(BASE + "      65536\n")
                .contains("/bin/busybox 0\n", "/mapped 0\n", "/plain 65534\n")
                .contains("/plain/new: Permission denied")
                .contains("written\nmapped-pod\nlo\n")
                .contains("CapBnd:\t00000000a80425fb", "Seccomp:\t2");
        assertThat(output)
                .doesNotContain(
                        Files.readSymbolicLink(Path.of("/proc/self/ns/user")).toString());
        assertThat(Files.getAttribute(mapped.resolve("new"), "unix:uid")).isEqualTo(0);
        assertThat(Files.getAttribute(launch.rootfs().upper().orElseThrow().resolve("new"), "unix:uid"))
                .isEqualTo(BASE);
    }

    @Test
    void bindsTheHostsSysfsWithTheHostsNetwork() throws IOException {
        PodSpawn plain = host.spawn(ShimHost.id(), Set.of(PodNamespace.USER));
        PodSpawn hosts =
                new PodSpawn(plain.podId(), plain.podDirectory(), plain.namespaces(), "", Map.of(), MAPPING, MAPPING);
        PodShim shim = host.pod(hosts);
        Linux linux = TypicalContainer.linux()
                .namespaces(List.of(
                        Namespace.at(
                                Namespace.USER,
                                hosts.namespaceFile(PodNamespace.USER).toString()),
                        Namespace.fresh(Namespace.PID)))
                .uidMappings(MAPPING)
                .gidMappings(MAPPING)
                .build();
        ContainerLaunch launch = owned(host.launch(
                TypicalContainer.spec("sh", "-c", "ls /sys/class/net; touch /sys/x; id -u; readlink /proc/self/ns/net")
                        .linux(linux)
                        .mounts(TypicalContainer.mounts().stream()
                                .filter(mount -> !mount.type().equals("mqueue"))
                                .toList())
                        .build()));

        assertThat(host.run(shim, launch))
                .contains(
                        "/sys/x: ",
                        "\n0\n",
                        Files.readSymbolicLink(Path.of("/proc/self/ns/net")).toString());
    }

    @Test
    void execsAsRootOfTheUserNamespace() throws IOException {
        ContainerLaunch launch = launch("echo ready; sleep 1000", List.of());
        pod.create(launch);
        pod.start(launch.containerId());
        Process process = TypicalContainer.process("sh", "-c", "id -u; cat /proc/self/uid_map; tty")
                .user(User.of(7, 8, List.of()))
                .terminal(true)
                .build();

        try (ShimStream stream = pod.exec(host.exec(launch, process, false))) {
            assertThat(ShimHost.collect(stream).stdout()).startsWith("7\r\n").contains(" " + BASE + " ", "/dev/pts/");
        }
    }

    private static ContainerLaunch launch(String script, List<Mount> volumes) throws IOException {
        List<Mount> mounts = new ArrayList<>(TypicalContainer.mounts());
        mounts.add(Mount.of("cgroup", "cgroup", "/sys/fs/cgroup", "nosuid", "noexec", "nodev", "relatime", "ro"));
        mounts.addAll(volumes);
        Linux linux = TypicalContainer.linux()
                .namespaces(List.of(
                        Namespace.at(Namespace.USER, pin(PodNamespace.USER)),
                        Namespace.at(Namespace.NETWORK, pin(PodNamespace.NET)),
                        Namespace.at(Namespace.IPC, pin(PodNamespace.IPC)),
                        Namespace.at(Namespace.UTS, pin(PodNamespace.UTS)),
                        Namespace.fresh(Namespace.PID),
                        Namespace.fresh(Namespace.MOUNT),
                        Namespace.fresh(Namespace.CGROUP)))
                .uidMappings(MAPPING)
                .gidMappings(MAPPING)
                .seccomp(SeccompDocuments.runtimeDefault(TypicalContainer.CAPABILITIES))
                .build();
        Spec spec = TypicalContainer.spec("sh", "-c", script)
                .mounts(mounts)
                .linux(linux)
                .build();
        return owned(host.launch(spec));
    }

    private static ContainerLaunch owned(ContainerLaunch launch) throws IOException {
        Path upper = launch.rootfs().upper().orElseThrow();
        Files.setAttribute(upper, "unix:uid", BASE);
        Files.setAttribute(upper, "unix:gid", BASE);
        return launch;
    }

    private static String pin(PodNamespace namespace) {
        return request.namespaceFile(namespace).toString();
    }
}
