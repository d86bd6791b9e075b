package io.windlass.pod.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.pod.fake.Configs;
import io.windlass.pod.fake.ContainerBuilder;
import io.windlass.pod.fake.FakeRootfs;
import io.windlass.pod.fake.PodWorld;
import io.windlass.pod.fake.SecurityBuilder;
import io.windlass.pod.model.ContainerId;
import io.windlass.pod.model.Device;
import io.windlass.pod.model.IdMapping;
import io.windlass.pod.model.Mount;
import io.windlass.pod.model.MountPropagation;
import io.windlass.pod.model.NamespaceMode;
import io.windlass.pod.model.NamespaceOptions;
import io.windlass.pod.model.UserNamespace;
import io.windlass.pod.rootfs.ImageConfiguration;
import io.windlass.pod.security.AppArmor;
import io.windlass.pod.security.Selinux;
import io.windlass.runtime.oci.Linux;
import io.windlass.runtime.oci.Namespace;
import io.windlass.runtime.oci.Spec;
import io.windlass.runtime.shim.PodNamespace;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** User namespaces of requests. */
class UserNamespaceRulesTest {
    private static final List<IdMapping> MAPPING = List.of(new IdMapping(1000, 0, 100_000));
    private static final UserNamespace POD = new UserNamespace(NamespaceMode.POD, MAPPING, MAPPING);
    private static final UserNamespace NODE = new UserNamespace(NamespaceMode.NODE, List.of(), List.of());

    private final Path folder;

    UserNamespaceRulesTest(@TempDir Path folder) {
        this.folder = folder;
    }

    private static void check(List<IdMapping> uids, List<IdMapping> gids) {
        UserNamespaceRules.check(new UserNamespace(NamespaceMode.POD, uids, gids), "userns_options");
    }

    private static NamespaceOptions options(Optional<UserNamespace> user) {
        return new NamespaceOptions(NamespaceMode.POD, NamespaceMode.CONTAINER, NamespaceMode.POD, "", user);
    }

    private static ContainerBuilder main(Optional<UserNamespace> user) {
        return Configs.containerOf("main")
                .security(new SecurityBuilder().namespaces(options(user)).build());
    }

    private Spec build(Optional<UserNamespace> pod, ContainerBuilder container, UserNamespaces node) {
        Node base = PodWorld.NODE;
        return new SpecBuilder(new Node(
                        base.capabilities(),
                        4096,
                        AppArmor.NONE,
                        Selinux.NONE,
                        base.seccompDefault(),
                        base.seccompFolder(),
                        node))
                .build(new SpecRequest(
                        ContainerId.generate(),
                        Configs.sandbox("web", Configs.linux(options(pod))),
                        container.build(),
                        new ImageConfiguration(
                                List.of("/entry"), List.of(), List.of(), "", "", "", Map.of(), List.of()),
                        new FakeRootfs.Files(Map.of()),
                        pod.isPresent() ? Map.of(PodNamespace.USER, Path.of("/ns/user")) : Map.of(),
                        List.of(),
                        "/parent/id",
                        Map.of(),
                        Optional.empty(),
                        Path.of("/empty")))
                .spec();
    }

    private Spec build(ContainerBuilder container) {
        return build(Optional.of(POD), container, new UserNamespaces(true, (_, _) -> true));
    }

    private Mount volume(List<IdMapping> uids, List<IdMapping> gids) {
        return new Mount(
                "/data",
                folder.toString(),
                false,
                false,
                MountPropagation.PRIVATE,
                uids,
                gids,
                false,
                Optional.empty(),
                "",
                List.of());
    }

    @Test
    void thePodHasExactlyOneMappingThatBeginsAtZero() {
        assertThatCode(() -> check(MAPPING, MAPPING)).doesNotThrowAnyException();
        assertThatThrownBy(() -> check(List.of(), MAPPING))
                .hasMessage(
                        "cannot use userns_options.uids: it has 0 mappings, and a pod's user namespace has exactly one");
        assertThatThrownBy(() -> check(MAPPING, List.of(MAPPING.getFirst(), new IdMapping(2000, 0, 5))))
                .hasMessageContaining("userns_options.gids: it has 2 mappings");
        assertThatThrownBy(() -> check(List.of(new IdMapping(1000, 1, 100)), MAPPING))
                .hasMessageContaining("userns_options.uids: container_id 0 is not mapped");
        assertThatThrownBy(() -> check(List.of(new IdMapping(1000, 0, 0)), MAPPING))
                .hasMessageContaining("length 0 from host_id 1000 on is no range");
        assertThatThrownBy(() -> check(List.of(new IdMapping(0xffff_0000L, 0, 0x10000)), MAPPING))
                .hasMessageContaining("is no range of ids");
    }

    @ParameterizedTest
    @EnumSource(
            value = NamespaceMode.class,
            names = {"CONTAINER", "TARGET"})
    void otherModesAreRefusedByName(NamespaceMode mode) {
        assertThatThrownBy(
                        () -> UserNamespaceRules.check(new UserNamespace(mode, List.of(), List.of()), "userns_options"))
                .hasMessage("cannot use userns_options.mode " + mode + ": only POD and NODE have a meaning there");
    }

    @Test
    void theNodesNamespaceTakesNoMappings() {
        assertThatCode(() -> UserNamespaceRules.check(NODE, "userns_options")).doesNotThrowAnyException();
        assertThatThrownBy(() -> UserNamespaceRules.check(
                        new UserNamespace(NamespaceMode.NODE, MAPPING, MAPPING), "userns_options"))
                .hasMessageContaining("mode NODE takes no uids and no gids");
    }

    @Test
    void aNodeWithoutUserNamespacesRefusesThePod() {
        assertThatThrownBy(() -> UserNamespaceRules.check(
                        Optional.of(POD),
                        new Node(List.of(), 1, AppArmor.NONE, Selinux.NONE, _ -> null, folder, UserNamespaces.NONE),
                        "run pod sandbox web"))
                .hasMessageContaining("cannot run pod sandbox web: namespace_options.userns_options.mode POD needs");
    }

    @Test
    void theContainerJoinsThePodsNamespaceWithItsMappings() {
        for (Optional<UserNamespace> asked : List.of(Optional.of(POD), Optional.<UserNamespace>empty())) {
            Linux linux = Objects.requireNonNull(build(main(asked)).linux());
            assertThat(linux.namespaces()).contains(Namespace.at(Namespace.USER, "/ns/user"));
            assertThat(linux.uidMappings())
                    .containsExactly(new io.windlass.runtime.oci.IdMapping(0, 1000, 100_000))
                    .isEqualTo(linux.gidMappings());
        }
        assertThatThrownBy(() -> build(main(Optional.of(NODE))))
                .hasMessageContaining("its namespace_options.userns_options are not those of its pod");
        assertThatThrownBy(() -> build(Optional.empty(), main(Optional.of(POD)), UserNamespaces.NONE))
                .hasMessageContaining("its namespace_options.userns_options are not those of its pod");
    }

    @Test
    void usersBeyondTheMappingAreRefused() {
        assertThatThrownBy(() -> build(Configs.containerOf("main")
                        .security(new SecurityBuilder().user(100_000).build())))
                .hasMessage("cannot run as user 100000: the pod's user namespace ends before it, at 100000");
    }

    @Test
    void volumesAreMappedAsAskedOrNotAtAll() {
        List<io.windlass.runtime.oci.IdMapping> mapped =
                List.of(new io.windlass.runtime.oci.IdMapping(0, 1000, 100_000));
        assertThat(build(main(Optional.of(POD)).mounts(volume(MAPPING, MAPPING)))
                        .mounts())
                .filteredOn(mount -> mount.destination().equals("/data"))
                .singleElement()
                .satisfies(mount -> {
                    assertThat(mount.uidMappings()).isEqualTo(mapped);
                    assertThat(mount.gidMappings()).isEqualTo(mapped);
                });
        assertThat(build(main(Optional.of(POD)).mounts(volume(List.of(), List.of())))
                        .mounts())
                .filteredOn(mount -> mount.destination().equals("/data"))
                .singleElement()
                .satisfies(mount -> assertThat(mount.uidMappings()).isEmpty());
        assertThat(build(Optional.empty(), main(Optional.empty()).mounts(volume(MAPPING, MAPPING)), UserNamespaces.NONE)
                        .mounts())
                .filteredOn(mount -> mount.destination().equals("/data"))
                .singleElement()
                .satisfies(mount -> assertThat(mount.uidMappings()).isEqualTo(mapped));
        assertThatThrownBy(() -> build(main(Optional.of(POD)).mounts(volume(MAPPING, List.of()))))
                .hasMessageContaining("uidMappings and gidMappings need each other");
        List<IdMapping> none = List.of(new IdMapping(1000, 0, 0));
        assertThatThrownBy(() -> build(main(Optional.of(POD)).mounts(volume(MAPPING, none))))
                .hasMessageContaining(
                        "gidMappings has length 0 from host_id 1000 and container_id 0 on, which is no range of ids");
    }

    @Test
    void aFilesystemThatCannotBeMappedIsRefusedByName() {
        UserNamespaces onlyLayers = new UserNamespaces(true, (tree, _) -> tree.equals(Path.of("/lower")));
        assertThatThrownBy(() ->
                        build(Optional.of(POD), main(Optional.of(POD)).mounts(volume(MAPPING, MAPPING)), onlyLayers))
                .hasMessageMatching(
                        "cannot mount .* on /data: uidMappings need idmapped mounts, which filesystem \\w+ at " + folder
                                + ", or what is mounted below it, does not have");
        assertThatThrownBy(() ->
                        build(Optional.of(POD), main(Optional.of(POD)), new UserNamespaces(true, (_, _) -> false)))
                .hasMessageContaining("the layers of its image need idmapped mounts");
    }

    @Test
    void aDeviceIsMadeOfTheNodesOwnAndUnderAnotherPathBound() {
        Spec spec = build(main(Optional.of(POD))
                .devices(new Device("/dev/mine", "/dev/null", "rw"), new Device("/dev/zero", "/dev/zero", "r")));
        assertThat(Objects.requireNonNull(spec.linux()).devices())
                .extracting(io.windlass.runtime.oci.Device::path)
                .containsExactly("/dev/zero");
        assertThat(spec.mounts())
                .contains(io.windlass.runtime.oci.Mount.bind("/dev/null", "/dev/mine", "rprivate", "nosuid", "noexec"));
    }
}
