package io.windlass.pod.fake;

import io.windlass.pod.model.CdiDevice;
import io.windlass.pod.model.ContainerConfig;
import io.windlass.pod.model.ContainerMetadata;
import io.windlass.pod.model.Device;
import io.windlass.pod.model.EnvironmentVariable;
import io.windlass.pod.model.ImageSpec;
import io.windlass.pod.model.LinuxContainerResources;
import io.windlass.pod.model.LinuxContainerSecurityContext;
import io.windlass.pod.model.Mount;
import io.windlass.pod.model.Signal;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Collects what a test's container differs in from the smallest one. */
public final class ContainerBuilder {
    private final ContainerMetadata metadata;
    private ImageSpec image = ImageSpec.of(FakeRootfs.IMAGE);
    private List<String> command = List.of();
    private List<String> args = List.of();
    private String workingDir = "";
    private List<EnvironmentVariable> envs = List.of();
    private List<Mount> mounts = List.of();
    private List<Device> devices = List.of();
    private List<CdiDevice> cdiDevices = List.of();
    private final Map<String, String> annotations = new HashMap<>();
    private Optional<LinuxContainerResources> resources = Optional.empty();
    private LinuxContainerSecurityContext security = new SecurityBuilder().build();
    private Optional<Signal> stopSignal = Optional.empty();
    private String logPath = "";
    private boolean tty;
    private boolean stdin;

    ContainerBuilder(String name) {
        metadata = new ContainerMetadata(name, 0);
    }

    public ContainerBuilder image(String value) {
        image = ImageSpec.of(value);
        return this;
    }

    public ContainerBuilder command(String... value) {
        command = List.of(value);
        return this;
    }

    public ContainerBuilder args(String... value) {
        args = List.of(value);
        return this;
    }

    public ContainerBuilder workingDir(String value) {
        workingDir = value;
        return this;
    }

    public ContainerBuilder env(String name, String value) {
        envs = List.of(new EnvironmentVariable(name, value));
        return this;
    }

    public ContainerBuilder mounts(Mount... value) {
        mounts = List.of(value);
        return this;
    }

    public ContainerBuilder devices(Device... value) {
        devices = List.of(value);
        return this;
    }

    public ContainerBuilder cdiDevice(String value) {
        cdiDevices = List.of(new CdiDevice(value));
        return this;
    }

    public ContainerBuilder annotation(String key, String value) {
        annotations.put(key, value);
        return this;
    }

    public ContainerBuilder resources(LinuxContainerResources value) {
        resources = Optional.of(value);
        return this;
    }

    public ContainerBuilder security(LinuxContainerSecurityContext value) {
        security = value;
        return this;
    }

    public ContainerBuilder stopSignal(String value) {
        stopSignal = Optional.of(Signal.parse(value));
        return this;
    }

    /** Below the pod's log folder. */
    public ContainerBuilder logPath(String value) {
        logPath = value;
        return this;
    }

    public ContainerBuilder tty() {
        tty = true;
        return this;
    }

    public ContainerBuilder stdin() {
        stdin = true;
        return this;
    }

    public ContainerConfig build() {
        return new ContainerConfig(
                metadata,
                image,
                command,
                args,
                workingDir,
                envs,
                mounts,
                devices,
                Map.of("container", metadata.name()),
                annotations,
                logPath,
                stdin,
                false,
                tty,
                resources,
                security,
                cdiDevices,
                stopSignal);
    }
}
