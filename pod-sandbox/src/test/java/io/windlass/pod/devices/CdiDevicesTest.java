package io.windlass.pod.devices;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.pod.fake.Configs;
import io.windlass.pod.fake.ContainerBuilder;
import io.windlass.runtime.oci.Device;
import io.windlass.runtime.oci.DeviceRule;
import io.windlass.runtime.oci.Hook;
import io.windlass.runtime.oci.IdMapping;
import io.windlass.runtime.oci.IntelRdt;
import io.windlass.runtime.oci.Linux;
import io.windlass.runtime.oci.Mount;
import io.windlass.runtime.oci.Namespace;
import io.windlass.runtime.oci.NetDevice;
import io.windlass.runtime.oci.Process;
import io.windlass.runtime.oci.Spec;
import io.windlass.runtime.oci.User;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What CDI devices make of an OCI document, and who is refused. */
class CdiDevicesTest {
    private final Path folder;
    private final CdiDevices devices;

    CdiDevicesTest(@TempDir Path folder) {
        this.folder = folder;
        devices = CdiDevices.of(List.of(folder));
    }

    @Test
    void everyEditIsMadeToTheDocument() throws IOException {
        write("1.1.0", "env: [PATH=/vendor, VENDOR=yes]", """
                env: [GPU=0]
                deviceNodes:
                - {path: /dev/nothing, hostPath: /dev/null, permissions: r}
                - {path: /dev/full, type: b, major: 7, minor: 8, fileMode: 0600, uid: 5, gid: 6, permissions: none}
                netDevices: [{hostInterfaceName: eth7, name: fast0}]
                mounts:
                - {hostPath: /lib/v, containerPath: /usr/lib/v, options: [ro, bind]}
                - {hostPath: tmpfs, containerPath: /v, type: tmpfs, options: [size=1m]}
                - {hostPath: /lib/w, containerPath: /w}
                hooks:
                - {hookName: prestart, path: /bin/a}
                - {hookName: createRuntime, path: /bin/b, args: [b, c], env: [D=e], timeout: 3}
                - {hookName: createContainer, path: /bin/c}
                - {hookName: startContainer, path: /bin/d}
                - {hookName: poststart, path: /bin/e}
                - {hookName: poststop, path: /bin/f}
                intelRdt: {closID: class, schemata: ['L3:0=f'], enableMonitoring: true}
                additionalGids: [0, 44, 7]
                """);
        Spec edited = inject(spec().build(), "v/c=dev");

        assertThat(process(edited).env()).containsExactly("HOME=/", "PATH=/vendor", "VENDOR=yes", "GPU=0");
        assertThat(process(edited).user()).isEqualTo(User.of(0, 0, List.of(7L, 44L)));
        assertThat(linux(edited).devices())
                .containsExactly(
                        new Device("/dev/nothing", "c", 1, 3, 0666, null, null),
                        new Device("/dev/full", "b", 7, 8, 0600, 5L, 6L));
        assertThat(Objects.requireNonNull(linux(edited).resources()).devices())
                .containsExactly(new DeviceRule(true, "c", 1L, 3L, "r"));
        assertThat(linux(edited).netDevices()).containsExactly(Map.entry("eth7", new NetDevice("fast0")));
        assertThat(linux(edited).intelRdt()).isEqualTo(new IntelRdt("class", List.of("L3:0=f"), null, null, true));
        assertThat(edited.mounts())
                .containsExactly(
                        Mount.of("proc", "proc", "/proc"),
                        Mount.of("tmpfs", "tmpfs", "/v", "size=1m"),
                        Mount.of("", "/lib/w", "/w", "rbind"),
                        Mount.of("", "/lib/v", "/usr/lib/v", "ro", "bind"));
        assertThat(edited.hooks()).isNotNull();
        assertThat(edited.hooks().prestart()).containsExactly(hook("/bin/a"));
        assertThat(edited.hooks().createRuntime())
                .containsExactly(new Hook("/bin/b", List.of("b", "c"), List.of("D=e"), 3));
        assertThat(edited.hooks().createContainer()).containsExactly(hook("/bin/c"));
        assertThat(edited.hooks().startContainer()).containsExactly(hook("/bin/d"));
        assertThat(edited.hooks().poststart()).containsExactly(hook("/bin/e"));
        assertThat(edited.hooks().poststop()).containsExactly(hook("/bin/f"));
    }

    @Test
    void whatIsThereAlreadyIsReplaced() throws IOException {
        write("0.5.0", "", """
                deviceNodes: [{path: /dev/a, hostPath: /dev/zero}]
                mounts: [{hostPath: /mine, containerPath: /proc, options: [bind]}]
                """);
        Spec before = spec().linux(Linux.builder()
                        .devices(List.of(new Device("/dev/a", "c", 1, 3, 0666, null, null)))
                        .build())
                .build();
        Spec edited = inject(before, "v/c=dev");
        assertThat(linux(edited).devices()).containsExactly(new Device("/dev/a", "c", 1, 5, 0666, null, null));
        assertThat(edited.mounts()).containsExactly(Mount.of("", "/mine", "/proc", "bind"));
    }

    @Test
    void aDeviceBelongsToTheProcesssUserUnlessTheFileSaysOtherwise() throws IOException {
        write("0.5.0", "", "deviceNodes: [{path: /dev/a, hostPath: /dev/zero, gid: 0}]");
        Spec edited = inject(
                spec().process(Process.builder()
                                .user(User.of(1000, 1000, List.of()))
                                .build())
                        .build(),
                "v/c=dev");
        assertThat(linux(edited).devices()).containsExactly(new Device("/dev/a", "c", 1, 5, 0666, 1000L, 0L));
    }

    @Test
    void inAUserNamespaceNodesAreBoundAndBindsAreMapped() throws IOException {
        write("0.5.0", "", """
                deviceNodes: [{path: /dev/a, hostPath: /dev/zero}, {path: /dev/null}]
                mounts:
                - {hostPath: /lib/v, containerPath: /lib/v, options: [ro, rbind, ridmap]}
                - {hostPath: tmpfs, containerPath: /v, type: tmpfs}
                """.replace("type: tmpfs", "options: [bind]"));
        List<IdMapping> mappings = List.of(new IdMapping(0, 100_000, 65_536));
        Spec edited = inject(
                spec().linux(Linux.builder()
                                .namespaces(List.of(new Namespace(Namespace.USER, "/run/user")))
                                .uidMappings(mappings)
                                .gidMappings(mappings)
                                .build())
                        .build(),
                "v/c=dev");
        assertThat(linux(edited).devices()).extracting(Device::path).containsExactly("/dev/null");
        assertThat(edited.mounts())
                .contains(
                        Mount.bind("/dev/zero", "/dev/a", "rprivate", "nosuid", "noexec"),
                        Mount.of("", "/lib/v", "/lib/v", "ro", "rbind").withMappings(mappings, mappings));
    }

    @Test
    void whatIsCommonToAFilesDevicesIsDoneOnce() throws IOException {
        Files.writeString(folder.resolve("two.yaml"), """
                cdiVersion: 0.5.0
                kind: v/c
                containerEdits: {hooks: [{hookName: poststop, path: /bin/once}]}
                devices:
                - {name: one, containerEdits: {env: [ONE=1]}}
                - {name: two, containerEdits: {env: [TWO=2]}}
                """);
        Spec both = inject(spec().build(), "v/c=one", "v/c=two", "v/c=one");
        assertThat(both.hooks()).isNotNull();
        assertThat(both.hooks().poststop()).hasSize(1);
        assertThat(process(both).env()).endsWith("ONE=1", "TWO=2");

        Spec first = inject(spec().build(), "v/c=one");
        Spec later = devices.inject(first, List.of("v/c=one", "v/c=two"), Set.of("v/c=one"));
        assertThat(later).isEqualTo(both);
    }

    @Test
    void whoAsksForNothingReadsNothing() throws IOException {
        Files.writeString(folder.resolve("broken.yaml"), "[");
        Spec untouched = spec().build();
        assertThat(inject(untouched)).isSameAs(untouched);
        assertThat(CdiDevices.off().inject(untouched, List.of(), List.of())).isSameAs(untouched);
    }

    @Test
    void devicesThatCannotBeHadAreRefusedByName() throws IOException {
        assertThatThrownBy(() -> inject(spec().build(), "v/c=dev"))
                .hasMessage("cannot use CDI device v/c=dev: there is no CDI device v/c=dev in " + folder);
        assertThatThrownBy(() -> CdiDevices.off().inject(spec().build(), List.of("v/c=dev"), List.of()))
                .hasMessage("cannot use CDI device v/c=dev: [cdi] enabled is false");
        write("0.5.0", "", "deviceNodes: [{path: /dev/a, hostPath: /dev/nonexistent}]");
        assertThatThrownBy(() -> inject(spec().build(), "v/c=dev"))
                .hasMessage("cannot use CDI device v/c=dev of " + folder.resolve("dev.yaml")
                        + ": device node /dev/nonexistent of the node does not exist");
        write("0.5.0", "", "deviceNodes: [{path: /dev/a, hostPath: /dev/null, type: b}]");
        assertThatThrownBy(() -> inject(spec().build(), "v/c=dev"))
                .hasMessageEndingWith("device node /dev/null is of type c on the node, not b");
        write("0.5.0", "", "deviceNodes: [{path: /etc/passwd}]");
        assertThatThrownBy(() -> inject(spec().build(), "v/c=dev"))
                .hasMessageEndingWith("device node /etc/passwd of the node is no device");
    }

    @Test
    void namesComeFromTheFieldAndFromAnnotations() {
        ContainerBuilder config = Configs.containerOf("main").cdiDevice("v/c=field");
        assertThat(CdiDevices.asked(config.annotation("cdi.k8s.io/plugin_b", "v/c=b,v/c=field")
                        .annotation("cdi.k8s.io/plugin_a", "v/c=a")
                        .annotation("other/key", "no device")
                        .build()))
                .containsExactly("v/c=field", "v/c=a", "v/c=b");
        assertThatThrownBy(() -> CdiDevices.asked(Configs.containerOf("main")
                        .annotation("cdi.k8s.io/x", "v/c=a,")
                        .build()))
                .hasMessage(
                        "cannot use CDI device of annotation cdi.k8s.io/x '': it is not of the form vendor.com/class=device");
        assertThatThrownBy(() -> CdiDevices.asked(
                        Configs.containerOf("main").cdiDevice("gpu0").build()))
                .hasMessage("cannot use CDI_devices 'gpu0': it is not of the form vendor.com/class=device");
        assertThatThrownBy(() -> CdiDevices.asked(
                        Configs.containerOf("main").cdiDevice("v/1=a").build()))
                .hasMessageStartingWith("cannot use CDI_devices 'v/1=a': vendor and class begin with a letter");
    }

    private static Hook hook(String path) {
        return new Hook(path, List.of(), List.of(), null);
    }

    private static Spec.Builder spec() {
        return Spec.builder()
                .process(Process.builder()
                        .env(List.of("HOME=/", "PATH=/bin"))
                        .user(User.of(0, 0, List.of(7L)))
                        .build())
                .mounts(List.of(Mount.of("proc", "proc", "/proc")))
                .linux(Linux.builder().build());
    }

    private Spec inject(Spec spec, String... names) {
        return devices.inject(spec, List.of(names), List.of());
    }

    private void write(String version, String common, String edits) throws IOException {
        Files.writeString(folder.resolve("dev.yaml"), """
                cdiVersion: %s
                kind: v/c
                containerEdits: {%s}
                devices:
                - name: dev
                  containerEdits:
                %s""".formatted(version, common, edits.indent(4)));
    }

    private static Process process(Spec spec) {
        return Objects.requireNonNull(spec.process());
    }

    private static Linux linux(Spec spec) {
        return Objects.requireNonNull(spec.linux());
    }
}
