package io.windlass.pod.fake;

import io.windlass.pod.model.ContainerConfig;
import io.windlass.pod.model.LinuxPodSandboxConfig;
import io.windlass.pod.model.LinuxSandboxSecurityContext;
import io.windlass.pod.model.NamespaceOptions;
import io.windlass.pod.model.PodSandboxConfig;
import io.windlass.pod.model.PodSandboxMetadata;
import io.windlass.pod.model.SelinuxOptions;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Requests as kubelet might send them, in their smallest form. */
public final class Configs {
    private Configs() {}

    public static PodSandboxConfig sandbox(String name) {
        return sandbox(name, linux(NamespaceOptions.DEFAULT));
    }

    /** With these annotations, and a folder for logs. */
    public static PodSandboxConfig sandbox(String name, Map<String, String> annotations, Path logs) {
        PodSandboxConfig plain = sandbox(name);
        return new PodSandboxConfig(
                plain.metadata(),
                plain.hostname(),
                logs.toString(),
                plain.dnsConfig(),
                plain.portMappings(),
                plain.labels(),
                annotations,
                plain.linux());
    }

    public static PodSandboxConfig sandbox(String name, LinuxPodSandboxConfig linux) {
        return new PodSandboxConfig(
                new PodSandboxMetadata(name, "uid-" + name, "default", 0),
                name,
                "",
                Optional.empty(),
                List.of(),
                Map.of("app", name),
                Map.of("note", "verbatim"),
                linux);
    }

    /** With these namespaces, and leave to have privileged containers. */
    public static LinuxPodSandboxConfig linux(NamespaceOptions namespaces) {
        return linux(namespaces, Optional.empty());
    }

    /** With the usual namespaces, and this label. */
    public static LinuxPodSandboxConfig linux(SelinuxOptions selinux) {
        return linux(NamespaceOptions.DEFAULT, Optional.of(selinux));
    }

    private static LinuxPodSandboxConfig linux(NamespaceOptions namespaces, Optional<SelinuxOptions> selinux) {
        LinuxSandboxSecurityContext none = LinuxSandboxSecurityContext.DEFAULT;
        return new LinuxPodSandboxConfig(
                "",
                new LinuxSandboxSecurityContext(
                        namespaces,
                        selinux,
                        none.runAsUser(),
                        none.runAsGroup(),
                        none.readonlyRootfs(),
                        none.supplementalGroups(),
                        none.supplementalGroupsPolicy(),
                        true,
                        none.seccomp(),
                        none.apparmor(),
                        none.seccompProfilePath()),
                Map.of(),
                Optional.empty(),
                Optional.empty());
    }

    public static ContainerConfig container(String name) {
        return new ContainerBuilder(name).build();
    }

    public static ContainerBuilder containerOf(String name) {
        return new ContainerBuilder(name);
    }
}
