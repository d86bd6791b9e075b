package io.windlass.pod.lifecycle;

import io.windlass.linux.cgroup.CgroupResources;
import io.windlass.linux.cgroup.DeviceRule;
import io.windlass.linux.cgroup.DeviceRules;
import io.windlass.linux.cgroup.HugepageLimit;
import io.windlass.runtime.oci.Cpu;
import io.windlass.runtime.oci.Memory;
import io.windlass.runtime.oci.Resources;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The limits of an OCI document in the terms of the cgroup driver. */
public final class CgroupLimits {
    private CgroupLimits() {}

    public static CgroupResources of(Resources resources) {
        CgroupResources.Builder limits = CgroupResources.builder();
        Cpu cpu = resources.cpu();
        if (cpu != null) {
            set(cpu.shares(), limits::cpuShares);
            set(cpu.quota(), limits::cpuQuota);
            set(cpu.period(), limits::cpuPeriod);
            set(cpu.cpus(), limits::cpusetCpus);
            set(cpu.mems(), limits::cpusetMems);
        }
        Memory memory = resources.memory();
        if (memory != null) {
            set(memory.limit(), limits::memoryLimit);
            set(memory.swap(), limits::memorySwapLimit);
        }
        if (resources.pids() != null) {
            set(resources.pids().limit(), limits::pidsLimit);
        }
        resources
                .hugepageLimits()
                .forEach(limit -> limits.hugepageLimit(new HugepageLimit(limit.pageSize(), limit.limit())));
        limits.unified(resources.unified());
        limits.devices(new DeviceRules(
                resources.devices().stream().map(CgroupLimits::rule).toList()));
        return limits.build();
    }

    private static DeviceRule rule(io.windlass.runtime.oci.DeviceRule rule) {
        String type = rule.type();
        return new DeviceRule(
                rule.allow(),
                type == null || type.isEmpty() ? 'a' : type.charAt(0),
                number(rule.major()),
                number(rule.minor()),
                rule.access() == null ? "rwm" : rule.access());
    }

    private static OptionalLong number(@Nullable Long value) {
        return value == null || value < 0 ? OptionalLong.empty() : OptionalLong.of(value);
    }

    private static <T> void set(@Nullable T value, Consumer<T> setter) {
        if (value != null) {
            setter.accept(value);
        }
    }
}
