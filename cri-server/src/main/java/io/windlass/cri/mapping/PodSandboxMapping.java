package io.windlass.cri.mapping;

import io.windlass.cri.v1.DNSConfig;
import io.windlass.cri.v1.LinuxPodSandboxConfig;
import io.windlass.cri.v1.PodSandbox;
import io.windlass.cri.v1.PodSandboxConfig;
import io.windlass.cri.v1.PodSandboxFilter;
import io.windlass.cri.v1.PodSandboxMetadata;
import io.windlass.cri.v1.PodSandboxState;
import io.windlass.cri.v1.PodSandboxStatus;
import io.windlass.pod.model.DnsConfig;
import io.windlass.pod.model.PortMapping;
import io.windlass.pod.model.Protocol;
import io.windlass.pod.model.SandboxState;
import io.windlass.pod.model.SandboxStateKind;
import io.windlass.pod.network.AddressText;
import java.util.List;
import java.util.Optional;

/** Pod sandboxes: their configuration, state and filters. */
public final class PodSandboxMapping {
    private PodSandboxMapping() {}

    public static io.windlass.pod.model.PodSandboxConfig fromWire(PodSandboxConfig wire) {
        Refusals.require(wire.hasMetadata(), "config.metadata");
        Refusals.refuse(wire.hasWindows(), "config.windows");
        return new io.windlass.pod.model.PodSandboxConfig(
                metadata(wire.getMetadata()),
                wire.getHostname(),
                wire.getLogDirectory(),
                wire.hasDnsConfig() ? Optional.of(dns(wire.getDnsConfig())) : Optional.empty(),
                wire.getPortMappingsList().stream().map(PodSandboxMapping::port).toList(),
                wire.getLabelsMap(),
                wire.getAnnotationsMap(),
                linux(wire.getLinux()));
    }

    public static io.windlass.pod.model.PodSandboxFilter fromWire(PodSandboxFilter wire) {
        return new io.windlass.pod.model.PodSandboxFilter(
                wire.getId(),
                wire.hasState() ? Optional.of(state(wire.getState().getState())) : Optional.empty(),
                wire.getLabelSelectorMap());
    }

    /** One entry of a list. */
    public static PodSandbox listed(io.windlass.pod.model.PodSandboxStatus domain) {
        return PodSandbox.newBuilder()
                .setId(domain.id().value())
                .setMetadata(metadata(domain.metadata()))
                .setState(state(domain.state()))
                .setCreatedAt(Times.nanos(domain.createdAt()))
                .putAllLabels(domain.labels())
                .putAllAnnotations(domain.annotations())
                .setRuntimeHandler(domain.runtimeHandler())
                .build();
    }

    public static PodSandboxStatus toWire(io.windlass.pod.model.PodSandboxStatus domain) {
        PodSandboxStatus.Builder wire = PodSandboxStatus.newBuilder()
                .setId(domain.id().value())
                .setMetadata(metadata(domain.metadata()))
                .setState(state(domain.state()))
                .setCreatedAt(Times.nanos(domain.createdAt()))
                .putAllLabels(domain.labels())
                .putAllAnnotations(domain.annotations())
                .setRuntimeHandler(domain.runtimeHandler());
        wire.getLinuxBuilder().getNamespacesBuilder().setOptions(NamespaceMapping.toWire(domain.namespaceOptions()));
        List<String> addresses =
                domain.addresses().stream().map(AddressText::of).toList();
        if (!addresses.isEmpty()) {
            wire.getNetworkBuilder().setIp(addresses.getFirst());
            addresses.stream()
                    .skip(1)
                    .forEach(address ->
                            wire.getNetworkBuilder().addAdditionalIpsBuilder().setIp(address));
        }
        return wire.build();
    }

    static PodSandboxMetadata metadata(io.windlass.pod.model.PodSandboxMetadata domain) {
        return PodSandboxMetadata.newBuilder()
                .setName(domain.name())
                .setUid(domain.uid())
                .setNamespace(domain.namespace())
                .setAttempt(domain.attempt())
                .build();
    }

    private static io.windlass.pod.model.PodSandboxMetadata metadata(PodSandboxMetadata wire) {
        return new io.windlass.pod.model.PodSandboxMetadata(
                wire.getName(), wire.getUid(), wire.getNamespace(), wire.getAttempt());
    }

    private static io.windlass.pod.model.LinuxPodSandboxConfig linux(LinuxPodSandboxConfig wire) {
        return new io.windlass.pod.model.LinuxPodSandboxConfig(
                wire.getCgroupParent(),
                SecurityMapping.fromWire(wire.getSecurityContext()),
                wire.getSysctlsMap(),
                wire.hasOverhead() ? Optional.of(ResourcesMapping.fromWire(wire.getOverhead())) : Optional.empty(),
                wire.hasResources() ? Optional.of(ResourcesMapping.fromWire(wire.getResources())) : Optional.empty());
    }

    private static DnsConfig dns(DNSConfig wire) {
        return new DnsConfig(wire.getServersList(), wire.getSearchesList(), wire.getOptionsList());
    }

    private static PortMapping port(io.windlass.cri.v1.PortMapping wire) {
        Protocol protocol = switch (wire.getProtocol()) {
            case TCP -> Protocol.TCP;
            case UDP -> Protocol.UDP;
            case SCTP -> Protocol.SCTP;
            case UNRECOGNIZED -> throw Refusals.unknown("config.port_mappings.protocol", wire.getProtocolValue());
        };
        return new PortMapping(protocol, wire.getContainerPort(), wire.getHostPort(), wire.getHostIp());
    }

    private static SandboxStateKind state(PodSandboxState wire) {
        return switch (wire) {
            case SANDBOX_READY -> SandboxStateKind.READY;
            case SANDBOX_NOTREADY -> SandboxStateKind.NOT_READY;
            case UNRECOGNIZED -> throw Refusals.unknown("filter.state", -1);
        };
    }

    private static PodSandboxState state(SandboxState domain) {
        return switch (domain) {
            case SandboxState.Ready _ -> PodSandboxState.SANDBOX_READY;
            case SandboxState.NotReady _ -> PodSandboxState.SANDBOX_NOTREADY;
        };
    }
}
