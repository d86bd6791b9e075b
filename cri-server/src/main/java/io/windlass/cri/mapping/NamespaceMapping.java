package io.windlass.cri.mapping;

import io.windlass.cri.v1.IDMapping;
import io.windlass.cri.v1.NamespaceOption;
import io.windlass.pod.model.IdMapping;
import io.windlass.pod.model.NamespaceMode;
import io.windlass.pod.model.NamespaceOptions;
import io.windlass.pod.model.UserNamespace;
import java.util.List;
import java.util.Optional;

/** Namespace modes and id mappings. */
final class NamespaceMapping {
    private NamespaceMapping() {}

    static NamespaceOptions fromWire(NamespaceOption wire) {
        return new NamespaceOptions(
                mode("namespace_options.network", wire.getNetwork()),
                mode("namespace_options.pid", wire.getPid()),
                mode("namespace_options.ipc", wire.getIpc()),
                wire.getTargetId(),
                wire.hasUsernsOptions() ? Optional.of(user(wire.getUsernsOptions())) : Optional.empty());
    }

    static NamespaceOption toWire(NamespaceOptions domain) {
        NamespaceOption.Builder wire = NamespaceOption.newBuilder()
                .setNetwork(mode(domain.network()))
                .setPid(mode(domain.pid()))
                .setIpc(mode(domain.ipc()))
                .setTargetId(domain.targetId());
        domain.user()
                .ifPresent(user -> wire.getUsernsOptionsBuilder()
                        .setMode(mode(user.mode()))
                        .addAllUids(mappingsToWire(user.uids()))
                        .addAllGids(mappingsToWire(user.gids())));
        return wire.build();
    }

    static List<IdMapping> mappings(List<IDMapping> wire) {
        return wire.stream()
                .map(one -> new IdMapping(
                        Integer.toUnsignedLong(one.getHostId()),
                        Integer.toUnsignedLong(one.getContainerId()),
                        Integer.toUnsignedLong(one.getLength())))
                .toList();
    }

    static List<IDMapping> mappingsToWire(List<IdMapping> domain) {
        return domain.stream()
                .map(one -> IDMapping.newBuilder()
                        .setHostId((int) one.hostId())
                        .setContainerId((int) one.containerId())
                        .setLength((int) one.length())
                        .build())
                .toList();
    }

    private static UserNamespace user(io.windlass.cri.v1.UserNamespace wire) {
        return new UserNamespace(
                mode("namespace_options.userns_options.mode", wire.getMode()),
                mappings(wire.getUidsList()),
                mappings(wire.getGidsList()));
    }

    private static NamespaceMode mode(String field, io.windlass.cri.v1.NamespaceMode wire) {
        return switch (wire) {
            case POD -> NamespaceMode.POD;
            case CONTAINER -> NamespaceMode.CONTAINER;
            case NODE -> NamespaceMode.NODE;
            case TARGET -> NamespaceMode.TARGET;
            case UNRECOGNIZED -> throw Refusals.unknown(field, -1);
        };
    }

    private static io.windlass.cri.v1.NamespaceMode mode(NamespaceMode domain) {
        return switch (domain) {
            case POD -> io.windlass.cri.v1.NamespaceMode.POD;
            case CONTAINER -> io.windlass.cri.v1.NamespaceMode.CONTAINER;
            case NODE -> io.windlass.cri.v1.NamespaceMode.NODE;
            case TARGET -> io.windlass.cri.v1.NamespaceMode.TARGET;
        };
    }
}
