package io.windlass.nri.message;

import io.windlass.pod.model.LinuxContainerResources;
import io.windlass.pod.spec.ResourcePlan;
import io.windlass.proto.nri.HugepageLimit;
import io.windlass.proto.nri.LinuxCPU;
import io.windlass.proto.nri.LinuxDeviceCgroup;
import io.windlass.proto.nri.LinuxMemory;
import io.windlass.proto.nri.LinuxPids;
import io.windlass.proto.nri.LinuxResources;
import io.windlass.proto.nri.OptionalBool;
import io.windlass.proto.nri.OptionalInt64;
import io.windlass.proto.nri.OptionalUInt64;
import io.windlass.runtime.oci.Cpu;
import io.windlass.runtime.oci.DeviceRule;
import io.windlass.runtime.oci.Memory;
import io.windlass.runtime.oci.Resources;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Limits, from the OCI document's words and the CRI's into NRI's and back. */
public final class ResourceMessages {
    private ResourceMessages() {}

    public static LinuxResources of(LinuxContainerResources limits) {
        return of(ResourcePlan.of(limits));
    }

    public static LinuxResources of(Resources limits) {
        LinuxResources.Builder message = LinuxResources.newBuilder().putAllUnified(limits.unified());
        if (limits.memory() != null) {
            message.setMemory(memory(limits.memory()));
        }
        if (limits.cpu() != null) {
            message.setCpu(cpu(limits.cpu()));
        }
        if (limits.pids() != null && limits.pids().limit() != null) {
            message.setPids(LinuxPids.newBuilder().setLimit(limits.pids().limit()));
        }
        limits.hugepageLimits()
                .forEach(limit -> message.addHugepageLimits(
                        HugepageLimit.newBuilder().setPageSize(limit.pageSize()).setLimit(limit.limit())));
        limits.devices().forEach(rule -> message.addDevices(rule(rule)));
        return message.build();
    }

    private static LinuxMemory memory(Memory memory) {
        LinuxMemory.Builder message = LinuxMemory.newBuilder();
        signed(memory.limit(), message::setLimit);
        signed(memory.reservation(), message::setReservation);
        signed(memory.swap(), message::setSwap);
        signed(memory.kernel(), message::setKernel);
        signed(memory.kernelTCP(), message::setKernelTcp);
        unsigned(memory.swappiness(), message::setSwappiness);
        flag(memory.disableOOMKiller(), message::setDisableOomKiller);
        flag(memory.useHierarchy(), message::setUseHierarchy);
        return message.build();
    }

    private static LinuxCPU cpu(Cpu cpu) {
        LinuxCPU.Builder message = LinuxCPU.newBuilder();
        unsigned(cpu.shares(), message::setShares);
        signed(cpu.quota(), message::setQuota);
        unsigned(cpu.period(), message::setPeriod);
        signed(cpu.realtimeRuntime(), message::setRealtimeRuntime);
        unsigned(cpu.realtimePeriod(), message::setRealtimePeriod);
        if (cpu.cpus() != null) {
            message.setCpus(cpu.cpus());
        }
        if (cpu.mems() != null) {
            message.setMems(cpu.mems());
        }
        return message.build();
    }

    private static LinuxDeviceCgroup rule(DeviceRule rule) {
        LinuxDeviceCgroup.Builder message = LinuxDeviceCgroup.newBuilder().setAllow(rule.allow());
        if (rule.type() != null) {
            message.setType(rule.type());
        }
        if (rule.access() != null) {
            message.setAccess(rule.access());
        }
        signed(rule.major(), message::setMajor);
        signed(rule.minor(), message::setMinor);
        return message.build();
    }

    public static DeviceRule rule(LinuxDeviceCgroup message) {
        return new DeviceRule(
                message.getAllow(),
                message.getType(),
                given(message.hasMajor(), message.getMajor().getValue()),
                given(message.hasMinor(), message.getMinor().getValue()),
                given(!message.getAccess().isEmpty(), message.getAccess()));
    }

    /** The limits that the message sets; without the device rules, which plugins only add to. */
    public static Resources resources(LinuxResources message) {
        LinuxMemory memory = message.getMemory();
        LinuxCPU cpu = message.getCpu();
        return Resources.NONE
                .withMemory(
                        message.hasMemory()
                                ? new Memory(
                                        given(
                                                memory.hasLimit(),
                                                memory.getLimit().getValue()),
                                        given(
                                                memory.hasReservation(),
                                                memory.getReservation().getValue()),
                                        given(memory.hasSwap(), memory.getSwap().getValue()),
                                        given(
                                                memory.hasKernel(),
                                                memory.getKernel().getValue()),
                                        given(
                                                memory.hasKernelTcp(),
                                                memory.getKernelTcp().getValue()),
                                        given(
                                                memory.hasSwappiness(),
                                                memory.getSwappiness().getValue()),
                                        given(
                                                memory.hasDisableOomKiller(),
                                                memory.getDisableOomKiller().getValue()),
                                        given(
                                                memory.hasUseHierarchy(),
                                                memory.getUseHierarchy().getValue()),
                                        null)
                                : null)
                .withCpu(
                        message.hasCpu()
                                ? new Cpu(
                                        given(cpu.hasShares(), cpu.getShares().getValue()),
                                        given(cpu.hasQuota(), cpu.getQuota().getValue()),
                                        null,
                                        given(cpu.hasPeriod(), cpu.getPeriod().getValue()),
                                        given(
                                                cpu.hasRealtimeRuntime(),
                                                cpu.getRealtimeRuntime().getValue()),
                                        given(
                                                cpu.hasRealtimePeriod(),
                                                cpu.getRealtimePeriod().getValue()),
                                        given(!cpu.getCpus().isEmpty(), cpu.getCpus()),
                                        given(!cpu.getMems().isEmpty(), cpu.getMems()),
                                        null)
                                : null)
                .withPids(
                        message.hasPids()
                                ? new io.windlass.runtime.oci.Pids(
                                        message.getPids().getLimit())
                                : null)
                .withHugepageLimits(message.getHugepageLimitsList().stream()
                        .map(limit -> new io.windlass.runtime.oci.HugepageLimit(limit.getPageSize(), limit.getLimit()))
                        .toList())
                .withUnified(message.getUnifiedMap());
    }

    private static <T> @Nullable T given(boolean present, T value) {
        return present ? value : null;
    }

    private static void signed(@Nullable Long value, Consumer<OptionalInt64> setter) {
        if (value != null) {
            setter.accept(OptionalInt64.newBuilder().setValue(value).build());
        }
    }

    private static void unsigned(@Nullable Long value, Consumer<OptionalUInt64> setter) {
        if (value != null) {
            setter.accept(OptionalUInt64.newBuilder().setValue(value).build());
        }
    }

    private static void flag(@Nullable Boolean value, Consumer<OptionalBool> setter) {
        if (value != null) {
            setter.accept(OptionalBool.newBuilder().setValue(value).build());
        }
    }
}
