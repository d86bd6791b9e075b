package io.windlass.pod.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.pod.fake.Configs;
import io.windlass.pod.fake.ContainerBuilder;
import io.windlass.pod.fake.FakeAppArmor;
import io.windlass.pod.fake.FakeRootfs;
import io.windlass.pod.fake.PodWorld;
import io.windlass.pod.fake.SecurityBuilder;
import io.windlass.pod.model.ContainerId;
import io.windlass.pod.model.Device;
import io.windlass.pod.model.LinuxContainerResources;
import io.windlass.pod.model.LinuxPodSandboxConfig;
import io.windlass.pod.model.Mount;
import io.windlass.pod.model.NamespaceMode;
import io.windlass.pod.model.NamespaceOptions;
import io.windlass.pod.model.PodSandboxConfig;
import io.windlass.pod.model.SecurityProfile;
import io.windlass.pod.model.UserNamespace;
import io.windlass.pod.rootfs.ImageConfiguration;
import io.windlass.pod.security.AppArmor;
import io.windlass.pod.security.Selinux;
import io.windlass.runtime.oci.DeviceRule;
import io.windlass.runtime.oci.Linux;
import io.windlass.runtime.oci.Namespace;
import io.windlass.runtime.oci.Resources;
import io.windlass.runtime.oci.Rlimit;
import io.windlass.runtime.oci.Seccomp;
import io.windlass.runtime.oci.Spec;
import io.windlass.runtime.shim.PodNamespace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** From requests to documents. */
class SpecBuilderTest {
    private final Path folder;

    SpecBuilderTest(@TempDir Path folder) {
        this.folder = folder;
    }

    private AppArmor appArmor = AppArmor.NONE;
    private PodSandboxConfig sandbox = Configs.sandbox("web");

    private Spec build(ContainerBuilder config) {
        return build(
                config,
                new ImageConfiguration(
                        List.of("/entry"),
                        List.of("default"),
                        List.of("A=image", "B=image"),
                        "/image",
                        "",
                        "",
                        Map.of(),
                        List.of()));
    }

    private Spec build(ContainerBuilder config, ImageConfiguration image) {
        Node node = new Node(
                PodWorld.CAPABILITIES,
                4096,
                appArmor,
                Selinux.NONE,
                capabilities ->
                        new Seccomp("SCMP_ACT_ERRNO", capabilities.size(), List.of(), List.of(), null, null, List.of()),
                folder,
                UserNamespaces.NONE);
        return new SpecBuilder(node)
                .build(new SpecRequest(
                        ContainerId.generate(),
                        sandbox,
                        config.build(),
                        image,
                        new FakeRootfs.Files(Map.of("/etc/passwd", "root:x:0:0::/root:/bin/sh\n")),
                        Map.of(PodNamespace.NET, Path.of("/ns/net"), PodNamespace.IPC, Path.of("/ns/ipc")),
                        List.of(Mount.bind("/pod/shm", "/dev/shm"), Mount.bind("/pod/hosts", "/etc/hosts")),
                        "/parent/id",
                        Map.of(),
                        Optional.empty(),
                        Path.of("/empty")))
                .spec();
    }

    private static ContainerBuilder main() {
        return Configs.containerOf("main");
    }

    private static io.windlass.runtime.oci.Process process(Spec spec) {
        return Objects.requireNonNull(spec.process());
    }

    private static Linux linux(Spec spec) {
        return Objects.requireNonNull(spec.linux());
    }

    @Test
    void theRequestsCommandReplacesTheEntrypointAndItsArgsTheCmd() {
        assertThat(process(build(main())).args()).containsExactly("/entry", "default");
        assertThat(process(build(main().args("x"))).args()).containsExactly("/entry", "x");
        assertThat(process(build(main().command("/cmd"))).args()).containsExactly("/cmd");
        assertThat(process(build(main().command("/cmd").args("x"))).args()).containsExactly("/cmd", "x");
        assertThatThrownBy(() -> build(
                        main(),
                        new ImageConfiguration(List.of(), List.of(), List.of(), "", "", "", Map.of(), List.of())))
                .hasMessageContaining("neither the request nor the image says what to execute");
    }

    @Test
    void theRequestsEnvironmentWinsOverTheImages() {
        assertThat(process(build(main().env("B", "request"))).env())
                .contains("A=image", "B=request", "HOSTNAME=web", "HOME=/root")
                .anyMatch(entry -> entry.startsWith("PATH=/usr/local/sbin:"))
                .doesNotContain("B=image", "TERM=xterm");
        assertThat(process(build(main().tty())).env()).contains("TERM=xterm");
    }

    @Test
    void theWorkingDirectoryIsTheRequestsElseTheImages() {
        assertThat(process(build(main())).cwd()).isEqualTo("/image");
        assertThat(process(build(main().workingDir("/work"))).cwd()).isEqualTo("/work");
    }

    @Test
    void openFilesAreLimitedAsProgramsExpect() {
        assertThat(process(build(main())).rlimits()).containsExactly(new Rlimit("RLIMIT_NOFILE", 1024, 4096));
    }

    @Test
    void thePodsNamespacesAreJoinedAndTheOthersMade() {
        assertThat(linux(build(main())).namespaces())
                .containsExactlyInAnyOrder(
                        Namespace.fresh(Namespace.MOUNT),
                        Namespace.fresh(Namespace.CGROUP),
                        Namespace.fresh(Namespace.PID),
                        Namespace.at(Namespace.NETWORK, "/ns/net"),
                        Namespace.at(Namespace.IPC, "/ns/ipc"));
    }

    @Test
    void protectedPathsHaveDefaultsUnlessPrivileged() {
        assertThat(linux(build(main())).maskedPaths()).contains("/proc/kcore", "/sys/firmware");
        assertThat(linux(build(main())).readonlyPaths()).contains("/proc/sys");
        assertThat(linux(build(main().security(new SecurityBuilder()
                                .maskedPaths("/bin/ls")
                                .build())))
                        .maskedPaths())
                .containsExactly("/bin/ls");
        assertThat(linux(build(main().security(
                                        new SecurityBuilder().privileged().build())))
                        .maskedPaths())
                .isEmpty();
    }

    @Test
    void emptyListsOfPathsProtectNone() {
        Linux unmasked = linux(build(main().security(
                        new SecurityBuilder().maskedPaths().readonlyPaths().build())));
        assertThat(unmasked.maskedPaths()).isEmpty();
        assertThat(unmasked.readonlyPaths()).isEmpty();
    }

    @Test
    void aPrivilegedContainerNeedsASandboxThatMayHaveOne() {
        sandbox = Configs.sandbox("web", LinuxPodSandboxConfig.DEFAULT);
        assertThatThrownBy(() ->
                        build(main().security(new SecurityBuilder().privileged().build())))
                .hasMessage("cannot use security_context.privileged: the pod sandbox was made without"
                        + " linux.security_context.privileged");
    }

    @Test
    void seccompIsUnconfinedUnlessAskedForAndNeverWithPrivilege() throws IOException {
        assertThat(linux(build(main())).seccomp()).isNull();
        assertThat(linux(build(main().security(new SecurityBuilder()
                                .seccomp(SecurityProfile.Type.RUNTIME_DEFAULT, "")
                                .build())))
                        .seccomp())
                .isNotNull();
        assertThat(linux(build(main().security(new SecurityBuilder()
                                .privileged()
                                .seccomp(SecurityProfile.Type.RUNTIME_DEFAULT, "")
                                .build())))
                        .seccomp())
                .isNull();
        ContainerBuilder local = main().security(new SecurityBuilder()
                .seccomp(SecurityProfile.Type.LOCALHOST, "profile.json")
                .build());
        assertThatThrownBy(() -> build(local))
                .hasMessageContaining("cannot use seccomp localhost_ref profile.json")
                .isInstanceOfSatisfying(Fault.class, e -> assertThat(e.kind()).isEqualTo(FaultKind.NOT_FOUND));
        Files.writeString(folder.resolve("profile.json"), "{\"defaultAction\":\"SCMP_ACT_LOG\"}");
        assertThat(Objects.requireNonNull(linux(build(local)).seccomp()).defaultAction())
                .isEqualTo("SCMP_ACT_LOG");
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                // What is asked for, as the typed field or as the older text, and what confines the container.
                "-, '', windlass-default",
                "RUNTIME_DEFAULT:, '', windlass-default",
                "UNCONFINED:, '', -",
                "LOCALHOST:mine, '', mine",
                "LOCALHOST:localhost/mine, '', mine",
                "-, runtime/default, windlass-default",
                "-, unconfined, -",
                "-, localhost/mine, mine",
                "UNCONFINED:, localhost/mine, -",
                "LOCALHOST:mine, unconfined, mine"
            })
    void theTypedAppArmorProfileCountsBeforeTheText(String typed, String text, String confined) {
        appArmor = new FakeAppArmor("mine").withDefault();
        SecurityBuilder security = new SecurityBuilder().apparmorProfile(text);
        if (typed != null) {
            String[] parts = typed.split(":", -1);
            security.apparmor(SecurityProfile.Type.valueOf(parts[0]), parts[1]);
        }
        assertThat(process(build(main().security(security.build()))).apparmorProfile())
                .isEqualTo(confined);
    }

    @Test
    void whoAsksForAnAppArmorProfileIsNotRunWithoutOne() {
        appArmor = new FakeAppArmor("mine");
        assertThatThrownBy(() -> build(withProfile(SecurityProfile.Type.RUNTIME_DEFAULT, "")))
                .hasMessage("cannot use apparmor profile RuntimeDefault: no parser");
        assertThatThrownBy(() -> build(withProfile(SecurityProfile.Type.LOCALHOST, "other")))
                .hasMessage("cannot use apparmor profile localhost/other: it is not loaded on this node; load it with"
                        + " apparmor_parser");
        assertThatThrownBy(() -> build(withProfile(SecurityProfile.Type.LOCALHOST, "")))
                .hasMessage("cannot use apparmor profile Localhost: localhost_ref is empty");
        assertThat(process(build(main())).apparmorProfile()).isNull();
        appArmor = AppArmor.NONE;
        assertThat(process(build(withProfile(SecurityProfile.Type.RUNTIME_DEFAULT, "")))
                        .apparmorProfile())
                .isNull();
    }

    @Test
    void nothingConfinesAPrivilegedContainer() {
        appArmor = new FakeAppArmor("mine").withDefault();
        ContainerBuilder privileged = main().security(new SecurityBuilder()
                .privileged()
                .apparmor(SecurityProfile.Type.LOCALHOST, "mine")
                .build());
        assertThat(process(build(privileged)).apparmorProfile()).isNull();
    }

    private static ContainerBuilder withProfile(SecurityProfile.Type type, String reference) {
        return main().security(new SecurityBuilder().apparmor(type, reference).build());
    }

    @Test
    void whatThisReleaseCannotDoIsRefusedByField() {
        assertThatThrownBy(() -> build(main().security(new SecurityBuilder()
                        .apparmor(SecurityProfile.Type.LOCALHOST, "mine")
                        .build())))
                .hasMessage("cannot use apparmor profile localhost/mine: this kernel has no AppArmor");
        assertThatThrownBy(() -> build(main().security(new SecurityBuilder()
                        .namespaces(new NamespaceOptions(
                                NamespaceMode.CONTAINER, NamespaceMode.POD, NamespaceMode.POD, "", Optional.empty()))
                        .build())))
                .hasMessageContaining("namespace_options.network CONTAINER");
        assertThatThrownBy(() -> build(main().security(new SecurityBuilder()
                        .namespaces(new NamespaceOptions(
                                NamespaceMode.POD,
                                NamespaceMode.POD,
                                NamespaceMode.POD,
                                "",
                                Optional.of(new UserNamespace(NamespaceMode.POD, List.of(), List.of()))))
                        .build())))
                .hasMessageContaining("userns_options.uids: it has 0 mappings");
        assertThatThrownBy(() -> build(main().devices(new Device("/dev/x", "/etc/passwd", "rwm"))))
                .hasMessageContaining("it is not a device");
        assertThatThrownBy(() -> build(main().devices(new Device("/dev/x", "/dev/null", "x"))))
                .hasMessageContaining("permissions 'x'");
    }

    @Test
    void aDeviceIsMadeAndAllowed() {
        Linux linux = linux(build(main().devices(new Device("/dev/mine", "/dev/null", "rw"))));
        assertThat(linux.devices()).singleElement().satisfies(device -> {
            assertThat(device.path()).isEqualTo("/dev/mine");
            assertThat(device.type()).isEqualTo("c");
            assertThat(device.major()).isEqualTo(1);
            assertThat(device.minor()).isEqualTo(3);
        });
        assertThat(Objects.requireNonNull(linux.resources()).devices())
                .startsWith(new DeviceRule(false, null, null, null, "rwm"))
                .endsWith(new DeviceRule(true, "c", 1L, 3L, "rw"));
    }

    @Test
    void limitsThatAreGivenAreInTheDocument() {
        Linux linux = linux(build(main().resources(new LinuxContainerResources(
                100_000, 50_000, 512, 1 << 20, -5, "0", "", List.of(), Map.of("pids.max", "7"), 0))));
        Resources resources = Objects.requireNonNull(linux.resources());
        assertThat(Objects.requireNonNull(resources.cpu()).quota()).isEqualTo(50_000);
        assertThat(Objects.requireNonNull(resources.memory()).limit()).isEqualTo(1 << 20);
        assertThat(Objects.requireNonNull(resources.memory()).swap()).isNull();
        assertThat(resources.unified()).containsEntry("pids.max", "7");
        assertThat(linux.cgroupsPath()).isEqualTo("/parent/id");
    }

    @Test
    void aVolumeInPlaceOfThePodsFileReplacesIt() {
        List<io.windlass.runtime.oci.Mount> mounts = build(main().mounts(Mount.bind(folder.toString(), "/etc/hosts")))
                .mounts();
        assertThat(mounts.stream()
                        .filter(mount -> mount.destination().equals("/etc/hosts"))
                        .toList())
                .singleElement()
                .satisfies(mount -> assertThat(mount.source()).isEqualTo(folder.toString()));
    }

    @Test
    void parentsAreMountedBeforeWhatLiesInThem() {
        List<String> order = build(
                        main().mounts(Mount.bind(folder.toString(), "/a/b/c"), Mount.bind(folder.toString(), "/a")))
                .mounts()
                .stream()
                .map(io.windlass.runtime.oci.Mount::destination)
                .toList();
        assertThat(order.indexOf("/a")).isLessThan(order.indexOf("/a/b/c"));
        assertThat(order.indexOf("/dev")).isLessThan(order.indexOf("/dev/shm"));
        assertThat(order.indexOf("/sys")).isLessThan(order.indexOf("/sys/fs/cgroup"));
    }
}
