package io.windlass.linux.cgroup;

import io.windlass.fault.Fault;
import io.windlass.linux.SyscallException;
import io.windlass.linux.cgroup.ControlChanges.Change;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;

/** Turns limits into writes to the control files of version 1. */
final class V1Limits {
    private final ControlChanges changes = new ControlChanges();
    private final CgroupResources resources;
    private final Function<String, Optional<ControlDirectory>> controller;

    private V1Limits(CgroupResources resources, Function<String, Optional<ControlDirectory>> controller) {
        this.resources = resources;
        this.controller = controller;
    }

    /** @param controller the group's folder by controller name; empty when the machine has no such controller */
    static ControlChanges changes(CgroupResources resources, Function<String, Optional<ControlDirectory>> controller) {
        V1Limits limits = new V1Limits(resources, controller);
        limits.cpu();
        limits.cpuset();
        limits.memory();
        limits.rest();
        limits.devices();
        return limits.changes;
    }

    private void cpu() {
        Optional<ControlDirectory> cpu = controller.apply("cpu");
        resources.cpuShares().ifPresent(shares -> changes.write(cpu, "cpu.shares", Long.toString(shares)));
        boolean both = resources.cpuPeriod().isPresent() && resources.cpuQuota().isPresent();
        boolean limited = cpu.flatMap(d -> d.read("cpu.cfs_quota_us"))
                .filter(quota -> !quota.equals("-1"))
                .isPresent();
        if (both && limited) {
            // The kernel judges each write by itself: a new period with the old quota may be out of the parent's
            // bounds.
            changes.write(cpu, "cpu.cfs_quota_us", "-1");
        }
        resources.cpuPeriod().ifPresent(period -> changes.write(cpu, "cpu.cfs_period_us", Long.toString(period)));
        resources.cpuQuota().ifPresent(quota -> changes.write(cpu, "cpu.cfs_quota_us", Long.toString(quota)));
    }

    private void cpuset() {
        Optional<ControlDirectory> cpuset = controller.apply("cpuset");
        resources.cpusetCpus().ifPresent(cpus -> changes.write(cpuset, "cpuset.cpus", cpus));
        resources.cpusetMems().ifPresent(mems -> changes.write(cpuset, "cpuset.mems", mems));
    }

    // memory.memsw.limit_in_bytes may never be below memory.limit_in_bytes: whichever way the limits move, the one in
    // front
    // moves first.
    private void memory() {
        Optional<ControlDirectory> memory = controller.apply("memory");
        Optional<String> limit = text(resources.memoryLimit());
        Optional<String> swap = text(resources.memorySwapLimit());
        boolean swapCounted =
                memory.map(d -> d.has("memory.memsw.limit_in_bytes")).orElse(false);
        if (swap.isEmpty() && limit.equals(Optional.of("-1")) && swapCounted) {
            swap = limit;
        }
        if (swap.isPresent() && !swapCounted && swap.equals(limit)) {
            // Memory and swap limited alike means "no swap", which a kernel without swap accounting cannot promise, nor
            // needs to where there is no swap; the peers of this runtime let it pass.
            swap = Optional.empty();
        }
        boolean swapFirst =
                swap.isPresent() && rises(memory, resources.memorySwapLimit().orElse(-1));
        Optional<String> swapLimit = swap;
        if (swapFirst) {
            swapLimit.ifPresent(value -> changes.write(memory, "memory.memsw.limit_in_bytes", value));
        }
        limit.ifPresent(value -> changes.write(memory, "memory.limit_in_bytes", value));
        if (!swapFirst) {
            swapLimit.ifPresent(value -> changes.write(memory, "memory.memsw.limit_in_bytes", value));
        }
    }

    private static boolean rises(Optional<ControlDirectory> memory, long swap) {
        long current = memory.map(d -> d.number("memory.memsw.limit_in_bytes")).orElse(0L);
        return swap < 0 || swap > current;
    }

    private static Optional<String> text(OptionalLong number) {
        return number.isPresent() ? Optional.of(Long.toString(number.getAsLong())) : Optional.empty();
    }

    private void rest() {
        resources
                .pidsLimit()
                .ifPresent(limit ->
                        changes.write(controller.apply("pids"), "pids.max", limit < 0 ? "max" : Long.toString(limit)));
        Optional<ControlDirectory> hugetlb = controller.apply("hugetlb");
        for (HugepageLimit limit : resources.hugepageLimits()) {
            // kubelet limits every page size to 0 by default; without the controller that is no demand.
            if (limit.limit() != 0 || hugetlb.isPresent()) {
                changes.write(hugetlb, "hugetlb." + limit.pageSize() + ".limit_in_bytes", Long.toString(limit.limit()));
            }
        }
    }

    private void devices() {
        if (!resources.devices().isEmpty()) {
            changes.add(new Devices(controller.apply("devices"), resources.devices()));
        }
    }

    /** The device rules, written one by one after everything has been denied. */
    private record Devices(Optional<ControlDirectory> directory, DeviceRules rules, List<String> previous)
            implements Change {
        Devices(Optional<ControlDirectory> directory, DeviceRules rules) {
            this(directory, rules, new ArrayList<>());
        }

        @Override
        public void apply() {
            ControlDirectory devices = directory.orElseThrow(
                    () -> Fault.precondition("this machine's control groups have no devices controller"));
            previous.addAll(devices.read("devices.list").orElse("").lines().toList());
            try {
                allowOnly(devices);
            } catch (SyscallException e) {
                undo();
                throw e;
            }
        }

        private void allowOnly(ControlDirectory devices) {
            devices.write("devices.deny", "a");
            for (DeviceRule rule : rules.rules()) {
                for (String line : rule.v1Lines()) {
                    devices.write(rule.allow() ? "devices.allow" : "devices.deny", line);
                }
            }
        }

        @Override
        public void undo() {
            ControlDirectory devices = directory.orElseThrow();
            devices.write("devices.deny", "a");
            previous.forEach(line -> devices.write("devices.allow", line.startsWith("a ") ? "a" : line));
        }

        @Override
        public String toString() {
            return "devices=" + rules.rules().size() + " rules";
        }
    }
}
