package io.windlass.nri.adjustment;

import com.google.protobuf.Message;
import com.google.protobuf.TextFormat;
import io.windlass.pod.fake.Configs;
import io.windlass.pod.model.ContainerConfig;
import io.windlass.pod.model.ContainerId;
import io.windlass.pod.model.ContainerState;
import io.windlass.pod.model.ContainerUser;
import io.windlass.pod.model.LinuxContainerResources;
import io.windlass.pod.model.PodSandboxId;
import io.windlass.pod.model.Signal;
import io.windlass.pod.plugin.ContainerView;
import io.windlass.pod.plugin.PodView;
import io.windlass.pod.store.ContainerDefinition;
import io.windlass.pod.store.SandboxDefinition;
import io.windlass.runtime.oci.Cpu;
import io.windlass.runtime.oci.Device;
import io.windlass.runtime.oci.DeviceRule;
import io.windlass.runtime.oci.Linux;
import io.windlass.runtime.oci.Mount;
import io.windlass.runtime.oci.Namespace;
import io.windlass.runtime.oci.Process;
import io.windlass.runtime.oci.Resources;
import io.windlass.runtime.oci.Rlimit;
import io.windlass.runtime.oci.Spec;
import java.net.InetAddress;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Pods and containers as plugins see them, and messages from their text form. */
public final class Views {
    public static final String ID = "c".repeat(64);
    public static final String POD = "a".repeat(64);

    private Views() {}

    /** A container that is about to be made from {@link #spec}. */
    public static ContainerView unmade() {
        return container(ID, "main", Optional.empty());
    }

    public static ContainerView container(String id, String name, Optional<ContainerState> state) {
        ContainerConfig config = Configs.container(name);
        ContainerDefinition definition = new ContainerDefinition(
                ContainerId.of(id),
                PodSandboxId.of(POD),
                config,
                Instant.ofEpochSecond(1, 5),
                "sha256:" + "1".repeat(64),
                "registry.test/image@sha256:" + "2".repeat(64),
                new ContainerUser(0, 0, List.of()),
                Signal.parse("SIGTERM"),
                "/pods/" + id,
                "",
                Map.of(),
                spec());
        return new ContainerView(definition, state, LinuxContainerResources.NONE);
    }

    public static PodView pod(String id) {
        SandboxDefinition definition = new SandboxDefinition(
                PodSandboxId.of(id), Configs.sandbox("pod"), "", Instant.EPOCH, "/pods", true, Optional.empty());
        return new PodView(definition, List.of(InetAddress.getLoopbackAddress()), Map.of(), 4321);
    }

    static Spec spec() {
        return Spec.builder()
                .annotations(Map.of("first", "1", "second", "2"))
                .mounts(List.of(mount("/proc", "proc"), mount("/data", "/host/data")))
                .process(Process.builder()
                        .args(List.of("sh", "-c", "true"))
                        .env(List.of("PATH=/bin", "HOME=/root"))
                        .rlimits(List.of(new Rlimit("RLIMIT_NOFILE", 100, 200)))
                        .build())
                .linux(Linux.builder()
                        .namespaces(List.of(new Namespace("ipc", "/run/ipc"), new Namespace("mount", null)))
                        .devices(List.of(new Device("/dev/fuse", "c", 10, 229, 0666, null, null)))
                        .sysctl(Map.of("net.ipv4.ip_forward", "1"))
                        .resources(Resources.NONE
                                .withCpu(new Cpu(512L, 20_000L, null, 100_000L, null, null, "0-1", null, null))
                                .withDevices(List.of(
                                        new DeviceRule(false, null, null, null, "rwm"),
                                        new DeviceRule(true, "c", 10L, 229L, "rwm"))))
                        .build())
                .build();
    }

    static Mount mount(String destination, String source) {
        return new Mount(destination, "bind", source, List.of("rw"), List.of(), List.of());
    }

    /** Reads a message from its text form. */
    public static <B extends Message.Builder> B text(String text, B target) {
        try {
            TextFormat.merge(text, target);
            return target;
        } catch (TextFormat.ParseException e) {
            throw new IllegalArgumentException(text, e);
        }
    }
}
