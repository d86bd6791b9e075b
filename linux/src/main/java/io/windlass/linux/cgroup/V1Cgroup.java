package io.windlass.linux.cgroup;

import io.windlass.fault.Fault;
import io.windlass.linux.Syscalls;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** A group in the hierarchies of version 1. */
final class V1Cgroup implements Cgroup {
    // The kernel shows "no limit" as the greatest multiple of the page size.
    private static final long NO_LIMIT = 1L << 62;

    private final GroupPath group;
    private final List<Part> parts;
    private final Optional<Path> unifiedRoot;
    private final Optional<ControlDirectory> unified;

    V1Cgroup(GroupPath group, List<Part> parts, Optional<Path> unifiedRoot, Syscalls kernel) {
        this.group = group;
        this.parts = parts;
        this.unifiedRoot = unifiedRoot;
        this.unified = unifiedRoot.map(root -> new ControlDirectory(root.resolve(group.relative()), kernel));
    }

    /** The folder of the group in one hierarchy. */
    record Part(Path root, ControlDirectory directory, Set<String> controllers) {}

    boolean exists() {
        return directories().stream().anyMatch(ControlDirectory::exists);
    }

    @Override
    public String path() {
        return group.text();
    }

    @Override
    public void update(CgroupResources resources, Runnable last) {
        if (!resources.unified().isEmpty()) {
            throw Fault.precondition("cannot set %s of cgroup %s: unified limits need cgroup version 2"
                    .formatted(String.join(", ", resources.unified().keySet()), group.text()));
        }
        V1Limits.changes(resources, this::controller).then(last).apply(group.text());
    }

    private Optional<ControlDirectory> controller(String name) {
        return parts.stream()
                .filter(part -> part.controllers().contains(name))
                .map(Part::directory)
                .findFirst();
    }

    @Override
    public CgroupStats stats() {
        Optional<ControlDirectory> memory = controller("memory");
        Optional<ControlDirectory> accounting = controller("cpuacct");
        Map<String, Long> memoryStat = memory.map(d -> d.numbers("memory.stat")).orElse(Map.of());
        Map<String, Long> cpuStat =
                controller("cpu").map(d -> d.numbers("cpu.stat")).orElse(Map.of());
        long usage = number(memory, "memory.usage_in_bytes");
        long limit = number(memory, "memory.limit_in_bytes");
        return new CgroupStats(
                Instant.now(),
                number(accounting, "cpuacct.usage"),
                number(accounting, "cpuacct.usage_user"),
                number(accounting, "cpuacct.usage_sys"),
                cpuStat.getOrDefault("nr_periods", 0L),
                cpuStat.getOrDefault("nr_throttled", 0L),
                cpuStat.getOrDefault("throttled_time", 0L),
                usage,
                Math.max(0, usage - memoryStat.getOrDefault("total_inactive_file", 0L)),
                memoryStat.getOrDefault("total_rss", 0L),
                memoryStat.getOrDefault("total_pgfault", 0L),
                memoryStat.getOrDefault("total_pgmajfault", 0L),
                limit > 0 && limit < NO_LIMIT ? OptionalLong.of(limit) : OptionalLong.empty(),
                memoryStat.getOrDefault("total_swap", 0L),
                swapLimit(memory, limit),
                number(controller("pids"), "pids.current"));
    }

    private static OptionalLong swapLimit(Optional<ControlDirectory> memory, long memoryLimit) {
        OptionalLong both =
                memory.map(d -> d.limit("memory.memsw.limit_in_bytes")).orElse(OptionalLong.empty());
        return both.isPresent() && memoryLimit < NO_LIMIT
                ? OptionalLong.of(Math.max(0, both.getAsLong() - memoryLimit))
                : OptionalLong.empty();
    }

    @Override
    public CgroupDetails details() {
        return V1Details.read(this::controller);
    }

    @Override
    public CgroupPressure pressure() {
        return unified.map(CgroupPressure::read).orElse(CgroupPressure.NONE);
    }

    @Override
    public List<Long> processes() {
        return parts.getFirst().directory().allProcesses();
    }

    private static long number(Optional<ControlDirectory> directory, String file) {
        return directory.map(d -> d.number(file)).orElse(0L);
    }

    @Override
    public long oomKills() {
        return controller("memory")
                .map(memory -> memory.withDescendants().stream()
                        .mapToLong(d -> d.numbers("memory.oom_control").getOrDefault("oom_kill", 0L))
                        .sum())
                .orElse(0L);
    }

    @Override
    public boolean populated() {
        // A process enters all hierarchies or none, but may be caught half-way through: any of them counts.
        return directories().stream().anyMatch(ControlDirectory::populated);
    }

    @Override
    public List<Path> attachFiles() {
        return parts.stream()
                .sorted(Comparator.comparing(part -> part.controllers().contains("cpu")))
                .map(part -> part.directory().path().resolve("tasks"))
                .toList();
    }

    @Override
    public Optional<Path> unifiedDirectory() {
        return unified.filter(ControlDirectory::exists).map(ControlDirectory::path);
    }

    @Override
    public Freezer freezer() {
        return controller("freezer")
                .flatMap(ControlFreezer::of)
                .or(() -> unified.flatMap(ControlFreezer::of))
                .orElseThrow(() -> Fault.precondition("cannot freeze cgroup " + group.text()
                        + ": neither the freezer controller nor a cgroup2 hierarchy is mounted"));
    }

    @Override
    public void kill() {
        unified.filter(d -> d.has("cgroup.kill")).ifPresent(d -> d.write("cgroup.kill", "1"));
        controller("freezer")
                .or(() -> parts.stream().map(Part::directory).findFirst())
                .ifPresent(FreezerKill::kill);
    }

    @Override
    public void remove() {
        directories().forEach(GroupRemoval::removeTree);
    }

    @Override
    public void removeEmptyParents() {
        List<Path> roots = new ArrayList<>(parts.stream().map(Part::root).toList());
        unifiedRoot.ifPresent(roots::add);
        for (Path root : roots) {
            ControlDirectory top =
                    new ControlDirectory(root, parts.getFirst().directory().kernel());
            for (String parent : group.parents().reversed()) {
                if (!GroupRemoval.removeIfEmpty(top.below(parent))) {
                    break;
                }
            }
        }
    }

    private List<ControlDirectory> directories() {
        List<ControlDirectory> all =
                new ArrayList<>(parts.stream().map(Part::directory).toList());
        unified.ifPresent(all::add);
        return all;
    }
}
