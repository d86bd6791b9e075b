package io.windlass.nri.message;

import io.windlass.pod.model.LinuxPodSandboxConfig;
import io.windlass.pod.model.PodSandboxConfig;
import io.windlass.pod.plugin.PodView;
import io.windlass.proto.nri.LinuxNamespace;
import io.windlass.proto.nri.LinuxPodSandbox;
import io.windlass.proto.nri.PodSandbox;
import io.windlass.runtime.shim.PodNamespace;
import java.net.InetAddress;

/** Sandboxes in NRI's words. */
public final class PodMessages {
    private PodMessages() {}

    public static PodSandbox of(PodView pod) {
        PodSandboxConfig config = pod.definition().config();
        return PodSandbox.newBuilder()
                .setId(pod.definition().id().value())
                .setName(config.metadata().name())
                .setUid(config.metadata().uid())
                .setNamespace(config.metadata().namespace())
                .putAllLabels(config.labels())
                .putAllAnnotations(config.annotations())
                .setRuntimeHandler(pod.definition().runtimeHandler())
                .setLinux(linux(pod))
                .setPid((int) pod.pid())
                .addAllIps(pod.addresses().stream()
                        .map(InetAddress::getHostAddress)
                        .toList())
                .build();
    }

    private static LinuxPodSandbox linux(PodView pod) {
        LinuxPodSandboxConfig config = pod.definition().config().linux();
        LinuxPodSandbox.Builder linux = LinuxPodSandbox.newBuilder()
                .setCgroupParent(config.cgroupParent())
                .setCgroupsPath(pod.definition().cgroupParent());
        config.overhead().ifPresent(overhead -> linux.setPodOverhead(ResourceMessages.of(overhead)));
        config.resources().ifPresent(resources -> linux.setPodResources(ResourceMessages.of(resources)));
        pod.namespaces()
                .forEach((namespace, pin) -> linux.addNamespaces(
                        LinuxNamespace.newBuilder().setType(type(namespace)).setPath(pin.toString())));
        return linux.build();
    }

    /** The OCI runtime specification's names. */
    private static String type(PodNamespace namespace) {
        return switch (namespace) {
            case NET -> "network";
            case IPC -> "ipc";
            case UTS -> "uts";
            case PID -> "pid";
            case USER -> "user";
        };
    }
}
