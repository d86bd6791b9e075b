package io.windlass.cri.mapping;

import io.windlass.cri.v1.ContainerStats;
import io.windlass.cri.v1.ContainerStatsFilter;
import io.windlass.cri.v1.CpuUsage;
import io.windlass.cri.v1.FilesystemUsage;
import io.windlass.cri.v1.IoUsage;
import io.windlass.cri.v1.LinuxPodSandboxStats;
import io.windlass.cri.v1.MemoryUsage;
import io.windlass.cri.v1.NetworkInterfaceUsage;
import io.windlass.cri.v1.PodSandboxStats;
import io.windlass.cri.v1.PodSandboxStatsFilter;
import io.windlass.cri.v1.PsiData;
import io.windlass.cri.v1.PsiStats;
import io.windlass.cri.v1.SwapUsage;
import io.windlass.cri.v1.UInt64Value;
import io.windlass.pod.model.Pressure;
import java.util.List;

/** What pods and containers use. */
public final class StatsMapping {
    private static final String DEFAULT_INTERFACE = "eth0";

    private StatsMapping() {}

    public static io.windlass.pod.model.ContainerStatsFilter fromWire(ContainerStatsFilter wire) {
        return new io.windlass.pod.model.ContainerStatsFilter(
                wire.getId(), wire.getPodSandboxId(), wire.getLabelSelectorMap());
    }

    public static io.windlass.pod.model.PodSandboxStatsFilter fromWire(PodSandboxStatsFilter wire) {
        return new io.windlass.pod.model.PodSandboxStatsFilter(wire.getId(), wire.getLabelSelectorMap());
    }

    public static ContainerStats toWire(io.windlass.pod.model.ContainerStats domain) {
        ContainerStats.Builder wire = ContainerStats.newBuilder();
        wire.getAttributesBuilder()
                .setId(domain.id().value())
                .setMetadata(ContainerMapping.metadata(domain.metadata()))
                .putAllLabels(domain.labels())
                .putAllAnnotations(domain.annotations());
        domain.cpu().ifPresent(cpu -> wire.setCpu(cpu(cpu)));
        domain.memory().ifPresent(memory -> wire.setMemory(memory(memory)));
        domain.io().ifPresent(io -> wire.setIo(io(io)));
        domain.swap().ifPresent(swap -> wire.setSwap(swap(swap)));
        domain.writableLayer().ifPresent(layer -> wire.setWritableLayer(filesystem(layer)));
        return wire.build();
    }

    public static PodSandboxStats toWire(io.windlass.pod.model.PodSandboxStats domain) {
        PodSandboxStats.Builder wire = PodSandboxStats.newBuilder();
        wire.getAttributesBuilder()
                .setId(domain.id().value())
                .setMetadata(PodSandboxMapping.metadata(domain.metadata()))
                .putAllLabels(domain.labels())
                .putAllAnnotations(domain.annotations());
        LinuxPodSandboxStats.Builder linux = wire.getLinuxBuilder();
        long at = Times.nanos(domain.at());
        domain.cpu().ifPresent(cpu -> linux.setCpu(cpu(cpu)));
        domain.memory().ifPresent(memory -> linux.setMemory(memory(memory)));
        domain.io().ifPresent(io -> linux.setIo(io(io)));
        domain.processCount()
                .ifPresent(count -> linux.getProcessBuilder()
                        .setTimestamp(at)
                        .setProcessCount(UInt64Value.newBuilder().setValue(count)));
        if (!domain.interfaces().isEmpty()) {
            network(linux, at, domain.interfaces());
        }
        domain.containers().forEach(container -> linux.addContainers(toWire(container)));
        return wire.build();
    }

    public static FilesystemUsage filesystem(io.windlass.pod.model.FilesystemUsage domain) {
        FilesystemUsage.Builder wire = FilesystemUsage.newBuilder()
                .setTimestamp(Times.nanos(domain.at()))
                .setUsedBytes(value(domain.usedBytes()))
                .setInodesUsed(value(domain.inodesUsed()));
        wire.getFsIdBuilder().setMountpoint(domain.mountpoint());
        return wire.build();
    }

    static UInt64Value value(long number) {
        return UInt64Value.newBuilder().setValue(number).build();
    }

    private static void network(
            LinuxPodSandboxStats.Builder linux, long at, List<io.windlass.pod.model.NetworkInterfaceUsage> domain) {
        linux.getNetworkBuilder().setTimestamp(at);
        for (io.windlass.pod.model.NetworkInterfaceUsage usage : domain) {
            NetworkInterfaceUsage wire = NetworkInterfaceUsage.newBuilder()
                    .setName(usage.name())
                    .setRxBytes(value(usage.rxBytes()))
                    .setRxErrors(value(usage.rxErrors()))
                    .setTxBytes(value(usage.txBytes()))
                    .setTxErrors(value(usage.txErrors()))
                    .build();
            if (usage.name().equals(DEFAULT_INTERFACE)) {
                linux.getNetworkBuilder().setDefaultInterface(wire);
            } else {
                linux.getNetworkBuilder().addInterfaces(wire);
            }
        }
    }

    private static CpuUsage cpu(io.windlass.pod.model.CpuUsage domain) {
        CpuUsage.Builder wire = CpuUsage.newBuilder()
                .setTimestamp(Times.nanos(domain.at()))
                .setUsageCoreNanoSeconds(value(domain.usageCoreNanoSeconds()));
        domain.usageNanoCores().ifPresent(rate -> wire.setUsageNanoCores(value(rate)));
        domain.pressure().ifPresent(pressure -> wire.setPsi(pressure(pressure)));
        return wire.build();
    }

    private static MemoryUsage memory(io.windlass.pod.model.MemoryUsage domain) {
        MemoryUsage.Builder wire = MemoryUsage.newBuilder()
                .setTimestamp(Times.nanos(domain.at()))
                .setWorkingSetBytes(value(domain.workingSetBytes()))
                .setUsageBytes(value(domain.usageBytes()))
                .setRssBytes(value(domain.rssBytes()))
                .setPageFaults(value(domain.pageFaults()))
                .setMajorPageFaults(value(domain.majorPageFaults()));
        domain.availableBytes().ifPresent(bytes -> wire.setAvailableBytes(value(bytes)));
        domain.pressure().ifPresent(pressure -> wire.setPsi(pressure(pressure)));
        return wire.build();
    }

    private static IoUsage io(io.windlass.pod.model.IoUsage domain) {
        return IoUsage.newBuilder()
                .setTimestamp(Times.nanos(domain.at()))
                .setPsi(pressure(domain.pressure()))
                .build();
    }

    private static PsiStats pressure(Pressure domain) {
        return PsiStats.newBuilder()
                .setSome(stall(domain.some()))
                .setFull(stall(domain.full()))
                .build();
    }

    private static PsiData stall(Pressure.Stall domain) {
        return PsiData.newBuilder()
                .setTotal(domain.totalNanos())
                .setAvg10(domain.average10())
                .setAvg60(domain.average60())
                .setAvg300(domain.average300())
                .build();
    }

    private static SwapUsage swap(io.windlass.pod.model.SwapUsage domain) {
        SwapUsage.Builder wire = SwapUsage.newBuilder()
                .setTimestamp(Times.nanos(domain.at()))
                .setSwapUsageBytes(value(domain.usageBytes()));
        domain.availableBytes().ifPresent(bytes -> wire.setSwapAvailableBytes(value(bytes)));
        return wire.build();
    }
}
