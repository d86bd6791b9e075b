package io.windlass.pod.fake;

import io.windlass.fault.Fault;
import io.windlass.linux.ProjectQuotas;
import io.windlass.linux.ProjectUsage;
import io.windlass.pod.quota.ProjectFilesystem;
import io.windlass.pod.quota.Projects;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Two filesystems, of layers and of everything else, whose projects only remember what they were told. Thread-safe. */
public final class FakeProjects implements Projects {
    public static final String LAYERS = "/var/lib/windlass";
    public static final String OTHERS = "/";

    private final Failpoints failpoints;
    private final Map<Path, Long> assigned = new TreeMap<>();
    private final Map<String, Map<Long, ProjectUsage>> usages =
            Map.of(LAYERS, new TreeMap<>(), OTHERS, new TreeMap<>());
    private ProjectQuotas quotas = ProjectQuotas.NONE;

    FakeProjects(Failpoints failpoints) {
        this.failpoints = failpoints;
    }

    /** What both filesystems do from now on. */
    public synchronized void quotas(ProjectQuotas next) {
        quotas = next;
    }

    /** Files of the project take so much. */
    public synchronized void use(String mountpoint, long project, long bytes, long inodes) {
        ProjectUsage before = usage(mountpoint, project);
        put(mountpoint, project, new ProjectUsage(bytes, inodes, before.bytesLimit(), before.inodesLimit()));
    }

    /** Files and folders by the project that they were put into. */
    public synchronized Map<Path, Long> assigned() {
        return Map.copyOf(assigned);
    }

    /** The projects that have files or limits. */
    public synchronized Set<Long> inUse() {
        Set<Long> found = new TreeSet<>();
        usages.values().forEach(projects -> found.addAll(projects.keySet()));
        return found;
    }

    private void put(String mountpoint, long project, ProjectUsage usage) {
        Map<Long, ProjectUsage> projects = known(mountpoint);
        if (usage.equals(ProjectUsage.NOTHING)) {
            projects.remove(project);
        } else {
            projects.put(project, usage);
        }
    }

    private Map<Long, ProjectUsage> known(String mountpoint) {
        Map<Long, ProjectUsage> projects = usages.get(mountpoint);
        if (projects == null) {
            throw Fault.notFound("cannot open " + mountpoint + ": nothing is mounted there");
        }
        return projects;
    }

    @Override
    public synchronized ProjectFilesystem filesystem(Path path) {
        return path.startsWith(LAYERS)
                ? new ProjectFilesystem(LAYERS, "ext4", "/dev/fake", quotas)
                : new ProjectFilesystem(OTHERS, "ext4", "/dev/other", quotas);
    }

    @Override
    public synchronized void assignFolder(Path folder, long project) {
        failpoints.pass("project.assign");
        assigned.put(folder, project);
    }

    @Override
    public synchronized void assignFile(Path file, long project) {
        failpoints.pass("project.assign");
        assigned.put(file, project);
    }

    @Override
    public synchronized void limit(String mountpoint, long project, long bytes, long inodes) {
        if (bytes > 0 || inodes > 0) {
            failpoints.pass("project.limit");
        }
        ProjectUsage before = usage(mountpoint, project);
        put(mountpoint, project, new ProjectUsage(before.bytes(), before.inodes(), bytes, inodes));
    }

    @Override
    public synchronized ProjectUsage usage(String mountpoint, long project) {
        return known(mountpoint).getOrDefault(project, ProjectUsage.NOTHING);
    }
}
