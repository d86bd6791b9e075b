package io.windlass.linux.cgroup;

import io.windlass.fault.Fault;
import java.util.OptionalLong;

/** Turns limits into writes to the control files of version 2. */
public final class V2Limits {
    private static final long FEWEST_SHARES = 2;
    private static final long MOST_SHARES = 262144;

    private V2Limits() {}

    static ControlChanges changes(CgroupResources resources, ControlDirectory group) {
        ControlChanges changes = new ControlChanges();
        resources.cpuShares().ifPresent(shares -> changes.write(group, "cpu.weight", Long.toString(weight(shares))));
        cpuMax(resources, changes, group);
        resources.cpusetCpus().ifPresent(cpus -> changes.write(group, "cpuset.cpus", cpus));
        resources.cpusetMems().ifPresent(mems -> changes.write(group, "cpuset.mems", mems));
        memory(resources, changes, group);
        resources.pidsLimit().ifPresent(limit -> changes.write(group, "pids.max", orMax(limit)));
        for (HugepageLimit limit : resources.hugepageLimits()) {
            String file = "hugetlb." + limit.pageSize() + ".max";
            // kubelet limits every page size to 0 by default; without the controller that is no demand.
            if (limit.limit() != 0 || group.has(file)) {
                changes.write(group, file, orMax(limit.limit()));
            }
        }
        resources.unified().forEach((file, value) -> {
            if (!file.matches("[a-z0-9_]+(\\.[A-Za-z0-9_]+)+")) {
                throw Fault.invalid("cannot set unified limit '" + file + "': it is not the name of a control file");
            }
            if (file.startsWith("cgroup.")) {
                // They move processes, stop or kill them, and hand out controllers: limits of nothing.
                throw Fault.invalid(
                        "cannot set unified limit '" + file + "': the files cgroup.* are the runtime's own");
            }
            changes.write(group, file, value);
        });
        if (!resources.devices().isEmpty()) {
            changes.add(new V2Devices(group, resources.devices()));
        }
        return changes;
    }

    /**
     * The weight (1 to 10000) that stands for shares (2 to 262144): the linear formula by which the OCI runtimes have always
     * converted, so that a pod weighs the same under each of them. (1024 shares become 39, not the default of 100.)
     */
    public static long weight(long shares) {
        long bounded = Math.clamp(shares, FEWEST_SHARES, MOST_SHARES);
        return 1 + (bounded - FEWEST_SHARES) * 9999 / (MOST_SHARES - FEWEST_SHARES);
    }

    /** The fewest shares that stand for a weight: the inverse of {@link #weight}. */
    static long shares(long weight) {
        long steps = Math.clamp(weight, 1L, 10_000L) - 1;
        return FEWEST_SHARES + Math.ceilDiv(steps * (MOST_SHARES - FEWEST_SHARES), 9999);
    }

    private static void cpuMax(CgroupResources resources, ControlChanges changes, ControlDirectory group) {
        OptionalLong quota = resources.cpuQuota();
        OptionalLong period = resources.cpuPeriod();
        if (quota.isEmpty() && period.isEmpty()) {
            return;
        }
        String[] current = group.read("cpu.max").orElse("max 100000").split(" ", 2);
        String first = quota.isPresent() ? orMax(quota.getAsLong()) : current[0];
        String second = period.isPresent() ? Long.toString(period.getAsLong()) : current[1];
        changes.write(group, "cpu.max", first + " " + second);
    }

    // The specification's swap limit counts memory and swap together; memory.swap.max counts swap alone.
    private static void memory(CgroupResources resources, ControlChanges changes, ControlDirectory group) {
        OptionalLong limit = resources.memoryLimit();
        resources.memorySwapLimit().ifPresent(both -> {
            if (both < 0) {
                swap(changes, group, "max");
                return;
            }
            long memory = limit.orElseGet(() -> group.number("memory.max"));
            if (memory <= 0 || both < memory) {
                throw Fault.invalid(
                        "cannot limit memory and swap of cgroup %s to %d bytes: memory alone is limited to %s"
                                .formatted(group.path(), both, memory <= 0 ? "max" : memory + " bytes"));
            }
            swap(changes, group, Long.toString(both - memory));
        });
        limit.ifPresent(bytes -> changes.write(group, "memory.max", orMax(bytes)));
    }

    private static void swap(ControlChanges changes, ControlDirectory group, String value) {
        // Without swap accounting there is no file; "no swap" and "any swap" then hold as well as they can.
        if (group.has("memory.swap.max") || !(value.equals("0") || value.equals("max"))) {
            changes.write(group, "memory.swap.max", value);
        }
    }

    private static String orMax(long limit) {
        return limit < 0 ? "max" : Long.toString(limit);
    }
}
