package io.windlass.cri.mapping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.cri.v1.AuthConfig;
import io.windlass.cri.v1.ContainerConfig;
import io.windlass.cri.v1.ContainerFilter;
import io.windlass.cri.v1.ContainerMetadata;
import io.windlass.cri.v1.ImageSpec;
import io.windlass.cri.v1.LinuxContainerResources;
import io.windlass.cri.v1.PodSandboxConfig;
import io.windlass.cri.v1.PodSandboxFilter;
import io.windlass.cri.v1.PodSandboxMetadata;
import io.windlass.cri.v1.Signal;
import io.windlass.cri.v1.WindowsPodSandboxConfig;
import io.windlass.pod.model.NamespaceMode;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RequestMappingTest {
    private final FilledMessage filled =
            new FilledMessage(Set.of("runtime.v1.PodSandboxConfig.windows", "runtime.v1.ContainerConfig.windows"));

    @Test
    void noFieldOfASandboxIsLost() {
        PodSandboxConfig wire = filled.fill(PodSandboxConfig.getDefaultInstance());
        assertThat(PodSandboxMapping.fromWire(wire).toString()).contains(filled.marks());
    }

    @Test
    void noFieldOfAContainerIsLost() {
        ContainerConfig wire = filled.fill(ContainerConfig.getDefaultInstance());
        assertThat(ContainerMapping.fromWire(wire).toString()).contains(filled.marks());
    }

    @Test
    void noFieldOfResourcesIsLostThereAndBack() {
        LinuxContainerResources wire = filled.fill(LinuxContainerResources.getDefaultInstance());
        assertThat(ResourcesMapping.toWire(ResourcesMapping.fromWire(wire))).isEqualTo(wire);
    }

    @Test
    void noFieldOfFiltersIsLost() {
        PodSandboxFilter pods = filled.fill(PodSandboxFilter.getDefaultInstance());
        ContainerFilter containers = filled.fill(ContainerFilter.getDefaultInstance()).toBuilder()
                .clearState()
                .build();
        String domain = PodSandboxMapping.fromWire(pods).toString()
                + ContainerMapping.fromWire(containers).toString();
        assertThat(domain).contains(filled.marks()).contains("NOT_READY");
    }

    @Test
    void credentialsArriveButAreNotPrinted() {
        AuthConfig wire = filled.fill(AuthConfig.getDefaultInstance());
        var domain = ImageMapping.fromWire(wire);
        assertThat(domain.password()).isEqualTo(wire.getPassword());
        assertThat(domain.auth()).isEqualTo(wire.getAuth());
        assertThat(domain.serverAddress()).isEqualTo(wire.getServerAddress());
        assertThat(domain.identityToken()).isEqualTo(wire.getIdentityToken());
        assertThat(domain.registryToken()).isEqualTo(wire.getRegistryToken());
        assertThat(domain.toString())
                .doesNotContain(wire.getPassword(), wire.getAuth(), wire.getIdentityToken(), wire.getRegistryToken());
    }

    @Test
    void anEmptyRequestIsRefusedByTheFieldItLacks() {
        assertThatThrownBy(() -> PodSandboxMapping.fromWire(PodSandboxConfig.getDefaultInstance()))
                .hasMessage("cannot take the request: field config.metadata is missing");
        assertThatThrownBy(() -> ContainerMapping.fromWire(ContainerConfig.newBuilder()
                        .setMetadata(ContainerMetadata.getDefaultInstance())
                        .build()))
                .hasMessage("cannot take the request: field config.image is missing");
    }

    @Test
    void whatIsForWindowsIsRefused() {
        assertThatThrownBy(() -> PodSandboxMapping.fromWire(PodSandboxConfig.newBuilder()
                        .setMetadata(PodSandboxMetadata.getDefaultInstance())
                        .setWindows(WindowsPodSandboxConfig.getDefaultInstance())
                        .build()))
                .hasMessage("cannot take the request: field config.windows is for Windows nodes");
    }

    @Test
    void aSandboxWithoutLinuxPartHasTheWiresDefaults() {
        var domain = PodSandboxMapping.fromWire(PodSandboxConfig.newBuilder()
                .setMetadata(PodSandboxMetadata.getDefaultInstance())
                .build());
        assertThat(domain.linux().securityContext().namespaceOptions().pid()).isEqualTo(NamespaceMode.POD);
        assertThat(domain.dnsConfig()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(
            value = Signal.class,
            mode = EnumSource.Mode.EXCLUDE,
            names = {"SIGNAL_RUNTIME_DEFAULT", "UNRECOGNIZED"})
    void everyStopSignalIsUnderstoodAndCanBeTold(Signal signal) {
        ContainerConfig wire = ContainerConfig.newBuilder()
                .setMetadata(ContainerMetadata.getDefaultInstance())
                .setImage(ImageSpec.getDefaultInstance())
                .setStopSignal(signal)
                .build();
        var domain = ContainerMapping.fromWire(wire).stopSignal().orElseThrow();
        Signal told = ContainerMapping.signal(domain);
        // Some numbers have two names; the one that is told must have the same number.
        assertThat(io.windlass.pod.model.Signal.parse(told.name().substring("SIGNAL_".length())))
                .isEqualTo(domain);
    }
}
