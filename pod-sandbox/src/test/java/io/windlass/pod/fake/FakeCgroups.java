package io.windlass.pod.fake;

import io.windlass.fault.Fault;
import io.windlass.linux.cgroup.BlockDeviceUsage;
import io.windlass.linux.cgroup.Cgroup;
import io.windlass.linux.cgroup.CgroupDetails;
import io.windlass.linux.cgroup.CgroupDriver;
import io.windlass.linux.cgroup.CgroupPressure;
import io.windlass.linux.cgroup.CgroupResources;
import io.windlass.linux.cgroup.CgroupStats;
import io.windlass.linux.cgroup.CgroupVersion;
import io.windlass.linux.cgroup.Freezer;
import io.windlass.linux.cgroup.HugepageUsage;
import io.windlass.linux.cgroup.Pressure;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Groups that are only remembered. */
public final class FakeCgroups implements CgroupDriver {
    private final Failpoints failpoints;
    private final List<String> steps = new CopyOnWriteArrayList<>();
    private final Map<String, Group> groups = new ConcurrentHashMap<>();

    /** What was frozen and thawed, and what others noted meanwhile. */
    public List<String> steps() {
        return steps;
    }

    FakeCgroups(Failpoints failpoints) {
        this.failpoints = failpoints;
    }

    public Set<String> paths() {
        return Set.copyOf(groups.keySet());
    }

    public Group group(String path) {
        return Objects.requireNonNull(groups.get(path));
    }

    @Override
    public CgroupVersion version() {
        return CgroupVersion.V1;
    }

    @Override
    public Cgroup create(String path, CgroupResources resources) {
        failpoints.pass("cgroup.create");
        Path parent = Path.of(path).getParent();
        while (parent != null && parent.getNameCount() > 0) {
            groups.computeIfAbsent(parent.toString(), Group::new);
            parent = parent.getParent();
        }
        Group group = new Group(path);
        group.update(resources);
        groups.put(path, group);
        return group;
    }

    @Override
    public Optional<Cgroup> find(String path) {
        return Optional.ofNullable(groups.get(path));
    }

    private record Cpu(Instant at, long nanos) {}

    /** One group. */
    public final class Group implements Cgroup {
        private final String path;
        private volatile @Nullable Cpu cpu;
        private volatile CgroupResources limits = CgroupResources.NONE;
        private volatile boolean refusing;
        private final AtomicInteger oomKills = new AtomicInteger();
        private volatile boolean frozen;
        private final AtomicInteger reads = new AtomicInteger();

        Group(String path) {
            this.path = path;
        }

        public CgroupResources limits() {
            return limits;
        }

        /** What its processes have used up to a time. */
        public void used(Instant at, long cpuNanos) {
            cpu = new Cpu(at, cpuNanos);
        }

        /** How often the details were read. */
        public int reads() {
            return reads.get();
        }

        /** The kernel counts a kill in all groups above, too. */
        public void outOfMemory() {
            for (Path at = Path.of(path); at != null && at.getNameCount() > 0; at = at.getParent()) {
                group(at.toString()).oomKills.incrementAndGet();
            }
        }

        @Override
        public String path() {
            return path;
        }

        /** Makes every later update fail, as a limit would that the kernel does not take. */
        public void refuseUpdates() {
            refusing = true;
        }

        @Override
        public void update(CgroupResources resources, Runnable last) {
            if (refusing) {
                throw Fault.invalid("cannot update cgroup " + path + ": out of range");
            }
            last.run();
            limits = resources;
        }

        @Override
        public CgroupStats stats() {
            return new CgroupStats(
                    cpu == null ? Instant.now() : cpu.at,
                    cpu == null ? 1_000_000 : cpu.nanos,
                    0,
                    0,
                    0,
                    0,
                    0,
                    2048,
                    1024,
                    512,
                    7,
                    1,
                    OptionalLong.of(1 << 20),
                    100,
                    OptionalLong.of(4096),
                    1);
        }

        @Override
        public CgroupDetails details() {
            reads.incrementAndGet();
            return new CgroupDetails(
                    new CgroupDetails.Memory(
                            10, 20, 30, 40, 50, 60, 7, 5, 1, OptionalLong.empty(), OptionalLong.of(4096)),
                    new CgroupDetails.Cpu(OptionalLong.of(1024), OptionalLong.of(20_000), OptionalLong.of(100_000)),
                    OptionalLong.of(64),
                    List.of(new BlockDeviceUsage(
                            8,
                            0,
                            new TreeMap<>(Map.of("Read", 4096L, "Write", 512L)),
                            new TreeMap<>(Map.of("Read", 1L, "Write", 2L)))),
                    List.of(new HugepageUsage("2MB", 0, OptionalLong.of(2 << 20))));
        }

        @Override
        public CgroupPressure pressure() {
            Pressure pressure =
                    new Pressure(new Pressure.Stall(1, 2, 3, 5_000_000_000L), new Pressure.Stall(0, 0, 0, 0));
            return new CgroupPressure(Optional.of(pressure), Optional.of(pressure), Optional.of(pressure));
        }

        @Override
        public List<Long> processes() {
            return List.of(ProcessHandle.current().pid());
        }

        @Override
        public long oomKills() {
            return oomKills.get();
        }

        @Override
        public boolean populated() {
            return false;
        }

        @Override
        public List<Path> attachFiles() {
            return List.of();
        }

        @Override
        public Optional<Path> unifiedDirectory() {
            return Optional.empty();
        }

        @Override
        public Freezer freezer() {
            return new Freezer() {
                @Override
                public Path directory() {
                    return Path.of("/freezer" + path);
                }

                @Override
                public Path file() {
                    return directory().resolve("freezer.state");
                }

                @Override
                public String thawedText() {
                    return "THAWED";
                }

                @Override
                public void freeze(Duration limit) {
                    failpoints.pass("cgroup.freeze");
                    frozen = true;
                    steps.add("freeze " + Path.of(path).getFileName());
                }

                @Override
                public void thaw() {
                    frozen = false;
                    steps.add("thaw " + Path.of(path).getFileName());
                }
            };
        }

        public boolean frozen() {
            return frozen;
        }

        @Override
        public void kill() {}

        @Override
        public void remove() {
            groups.keySet().removeIf(other -> other.equals(path) || other.startsWith(path + "/"));
        }

        @Override
        public void removeEmptyParents() {
            Path parent = Path.of(path).getParent();
            while (parent != null && parent.getNameCount() > 0) {
                String name = parent.toString();
                if (groups.keySet().stream().anyMatch(other -> other.startsWith(name + "/"))) {
                    return;
                }
                groups.remove(name);
                parent = parent.getParent();
            }
        }
    }
}
