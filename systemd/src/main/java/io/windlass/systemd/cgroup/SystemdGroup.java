package io.windlass.systemd.cgroup;

import io.windlass.linux.cgroup.Cgroup;
import io.windlass.linux.cgroup.CgroupDetails;
import io.windlass.linux.cgroup.CgroupPressure;
import io.windlass.linux.cgroup.CgroupResources;
import io.windlass.linux.cgroup.CgroupStats;
import io.windlass.linux.cgroup.Freezer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The group of a scope or slice: limits are written to the kernel, which is the judge of them, and told to systemd. */
final class SystemdGroup implements Cgroup {
    private final Cgroup group;
    private final SystemdUnits systemd;
    private final CgroupResources made;

    /** @param made the limits that it was made with, for {@link #register} */
    SystemdGroup(Cgroup group, SystemdUnits systemd, CgroupResources made) {
        this.group = group;
        this.systemd = systemd;
        this.made = made;
    }

    private String unit() {
        return SliceNames.unit(path());
    }

    @Override
    public String path() {
        return group.path();
    }

    /**
     * A scope cannot be made without a process. So the first process is born in a group that has the scope's place already, and
     * systemd takes both over. Until then it may have taken controllers away from the slice, whose only child it did not know,
     * and with them limits, and it rounds: they are written once more.
     */
    @Override
    public void register(long process) {
        List<UnitProperty> properties = new ArrayList<>(List.of(
                UnitProperty.text("Description", "Windlass container"),
                UnitProperty.text("Slice", SliceNames.unit(SliceNames.above(path()))),
                UnitProperty.process("PIDs", process),
                UnitProperty.flag("Delegate", true),
                UnitProperty.flag("DefaultDependencies", false),
                UnitProperty.text("CollectMode", "inactive-or-failed")));
        if (made.pidsLimit().isEmpty()) {
            properties.add(UnitProperty.number("TasksMax", UnitProperty.INFINITY));
        }
        properties.addAll(LimitProperties.of(made, LimitProperties.InForce.NOTHING));
        systemd.startTransient(unit(), properties);
        group.update(made.withoutDevices());
    }

    @Override
    public void update(CgroupResources resources, Runnable last) {
        List<UnitProperty> properties = LimitProperties.of(
                resources,
                LimitProperties.InForce.of(group.details().cpu(), group.stats().memoryLimit()));
        group.update(resources, () -> {
            last.run();
            if (!properties.isEmpty()) {
                systemd.set(unit(), properties);
            }
        });
        if (!properties.isEmpty()) {
            // systemd has rounded the CPU quota up, and written that.
            group.update(resources.withoutDevices());
        }
    }

    @Override
    public void remove() {
        systemd.stop(unit());
        group.remove();
    }

    /** Only the nearest: what is further up may be the home of others, and a slice is stopped with all that is in it. */
    @Override
    public void removeEmptyParents() {
        String parent = SliceNames.above(path());
        boolean empty = group.unifiedDirectory()
                .map(Path::getParent)
                .map(SystemdGroup::isEmpty)
                .orElse(false);
        if (empty && !parent.isEmpty()) {
            systemd.stop(SliceNames.unit(parent));
        }
    }

    private static boolean isEmpty(Path directory) {
        try (var entries = Files.newDirectoryStream(directory, Files::isDirectory)) {
            return !entries.iterator().hasNext();
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public CgroupStats stats() {
        return group.stats();
    }

    @Override
    public CgroupDetails details() {
        return group.details();
    }

    @Override
    public CgroupPressure pressure() {
        return group.pressure();
    }

    @Override
    public List<Long> processes() {
        return group.processes();
    }

    @Override
    public long oomKills() {
        return group.oomKills();
    }

    @Override
    public boolean populated() {
        return group.populated();
    }

    @Override
    public List<Path> attachFiles() {
        return group.attachFiles();
    }

    @Override
    public Optional<Path> unifiedDirectory() {
        return group.unifiedDirectory();
    }

    @Override
    public Freezer freezer() {
        return group.freezer();
    }

    @Override
    public void kill() {
        group.kill();
    }
}
