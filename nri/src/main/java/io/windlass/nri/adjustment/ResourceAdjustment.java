package io.windlass.nri.adjustment;

import io.windlass.fault.Fault;
import io.windlass.proto.nri.Field;
import io.windlass.proto.nri.LinuxCPU;
import io.windlass.proto.nri.LinuxMemory;
import io.windlass.proto.nri.LinuxResources;

/** Adds one plugin's limits to those that hold. What this runtime has no limit for is refused by name. */
final class ResourceAdjustment {
    private final Owners owners;
    private final String plugin;

    ResourceAdjustment(Owners owners, String plugin) {
        this.owners = owners;
        this.plugin = plugin;
    }

    void apply(LinuxResources asked, LinuxResources.Builder limits) {
        if (asked.hasMemory()) {
            memory(asked.getMemory(), limits.getMemoryBuilder());
        }
        if (asked.hasCpu()) {
            cpu(asked.getCpu(), limits.getCpuBuilder());
        }
        if (asked.hasPids()) {
            owners.claim(Field.PidsLimit, plugin);
            limits.setPids(asked.getPids());
        }
        asked.getHugepageLimitsList().forEach(limit -> {
            owners.claim(Field.HugepageLimits, limit.getPageSize(), plugin);
            for (int i = limits.getHugepageLimitsCount() - 1; i >= 0; i--) {
                if (limits.getHugepageLimits(i).getPageSize().equals(limit.getPageSize())) {
                    limits.removeHugepageLimits(i);
                }
            }
            limits.addHugepageLimits(limit);
        });
        asked.getUnifiedMap().forEach((key, value) -> {
            owners.claim(Field.CgroupsUnified, key, plugin);
            limits.putUnified(key, value);
        });
        refuse(asked.hasBlockioClass(), "blockio_class: there are no classes of block I/O");
        refuse(asked.hasRdtClass(), "rdt_class: give rdt.clos_id instead");
        refuse(asked.getDevicesCount() > 0, "devices: a container's rules are those that it is made with");
    }

    private void memory(LinuxMemory asked, LinuxMemory.Builder limits) {
        if (asked.hasLimit()) {
            owners.claim(Field.MemLimit, plugin);
            limits.setLimit(asked.getLimit());
        }
        if (asked.hasSwap()) {
            owners.claim(Field.MemSwapLimit, plugin);
            limits.setSwap(asked.getSwap());
        }
        refuse(asked.hasReservation(), "memory.reservation");
        refuse(asked.hasKernel(), "memory.kernel: the kernel no longer has this limit");
        refuse(asked.hasKernelTcp(), "memory.kernel_tcp");
        refuse(asked.hasSwappiness(), "memory.swappiness");
        refuse(asked.getDisableOomKiller().getValue(), "memory.disable_oom_killer");
        refuse(asked.hasUseHierarchy() && !asked.getUseHierarchy().getValue(), "memory.use_hierarchy false");
    }

    private void cpu(LinuxCPU asked, LinuxCPU.Builder limits) {
        if (asked.hasShares()) {
            owners.claim(Field.CPUShares, plugin);
            limits.setShares(asked.getShares());
        }
        if (asked.hasQuota()) {
            owners.claim(Field.CPUQuota, plugin);
            limits.setQuota(asked.getQuota());
        }
        if (asked.hasPeriod()) {
            owners.claim(Field.CPUPeriod, plugin);
            limits.setPeriod(asked.getPeriod());
        }
        if (!asked.getCpus().isEmpty()) {
            owners.claim(Field.CPUSetCPUs, plugin);
            limits.setCpus(asked.getCpus());
        }
        if (!asked.getMems().isEmpty()) {
            owners.claim(Field.CPUSetMems, plugin);
            limits.setMems(asked.getMems());
        }
        refuse(asked.hasRealtimeRuntime(), "cpu.realtime_runtime");
        refuse(asked.hasRealtimePeriod(), "cpu.realtime_period");
    }

    private void refuse(boolean present, String what) {
        if (present) {
            throw Fault.unimplemented(
                    "cannot set limits that plugin " + plugin + " asks for: " + what + " is not supported");
        }
    }
}
