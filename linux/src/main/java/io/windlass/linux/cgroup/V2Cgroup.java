package io.windlass.linux.cgroup;

import io.windlass.fault.Fault;
import io.windlass.linux.Errno;
import io.windlass.linux.SyscallException;
import io.windlass.linux.Syscalls;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/** A group in the cgroup2 hierarchy. */
final class V2Cgroup implements Cgroup {
    private final GroupPath group;
    private final ControlDirectory top;
    private final ControlDirectory directory;

    V2Cgroup(GroupPath group, Path root, Syscalls kernel) {
        this.group = group;
        this.top = new ControlDirectory(root, kernel);
        this.directory = top.below(group.relative());
    }

    @Override
    public String path() {
        return group.text();
    }

    @Override
    public void update(CgroupResources resources, Runnable last) {
        V2Limits.changes(resources, directory).then(last).apply(group.text());
    }

    @Override
    public CgroupStats stats() {
        Map<String, Long> cpu = directory.numbers("cpu.stat");
        Map<String, Long> memory = directory.numbers("memory.stat");
        long usage = directory.number("memory.current");
        long limit = directory.number("memory.max");
        return new CgroupStats(
                Instant.now(),
                nanos(cpu, "usage_usec"),
                nanos(cpu, "user_usec"),
                nanos(cpu, "system_usec"),
                cpu.getOrDefault("nr_periods", 0L),
                cpu.getOrDefault("nr_throttled", 0L),
                nanos(cpu, "throttled_usec"),
                usage,
                Math.max(0, usage - memory.getOrDefault("inactive_file", 0L)),
                memory.getOrDefault("anon", 0L),
                memory.getOrDefault("pgfault", 0L),
                memory.getOrDefault("pgmajfault", 0L),
                limit > 0 ? OptionalLong.of(limit) : OptionalLong.empty(),
                directory.number("memory.swap.current"),
                directory.limit("memory.swap.max"),
                directory.number("pids.current"));
    }

    @Override
    public CgroupDetails details() {
        return V2Details.read(directory);
    }

    @Override
    public CgroupPressure pressure() {
        return CgroupPressure.read(directory);
    }

    @Override
    public List<Long> processes() {
        return directory.allProcesses();
    }

    private static long nanos(Map<String, Long> numbers, String key) {
        return TimeUnit.MICROSECONDS.toNanos(numbers.getOrDefault(key, 0L));
    }

    @Override
    public long oomKills() {
        return directory.numbers("memory.events").getOrDefault("oom_kill", 0L);
    }

    @Override
    public boolean populated() {
        return directory.numbers("cgroup.events").getOrDefault("populated", 0L) != 0;
    }

    @Override
    public List<Path> attachFiles() {
        return List.of();
    }

    @Override
    public Optional<Path> unifiedDirectory() {
        return Optional.of(directory.path());
    }

    @Override
    public Freezer freezer() {
        return ControlFreezer.of(directory)
                .orElseThrow(() -> Fault.precondition("cannot freeze cgroup " + group.text() + ": there is no "
                        + directory.path() + "/cgroup.freeze"));
    }

    @Override
    public void kill() {
        if (!directory.has("cgroup.kill")) {
            if (directory.exists()) {
                FreezerKill.kill(directory);
            }
            return;
        }
        try {
            directory.write("cgroup.kill", "1");
        } catch (SyscallException e) {
            // systemd removes the group of a scope as soon as its last process has ended.
            if (!e.is(Errno.ENOENT) && !e.is(Errno.ENODEV)) {
                throw e;
            }
        }
    }

    @Override
    public void remove() {
        GroupRemoval.removeTree(directory);
    }

    @Override
    public void removeEmptyParents() {
        for (String parent : group.parents().reversed()) {
            if (!GroupRemoval.removeIfEmpty(top.below(parent))) {
                return;
            }
        }
    }
}
