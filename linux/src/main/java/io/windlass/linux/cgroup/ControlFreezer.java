package io.windlass.linux.cgroup;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.linux.SyscallException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * The control files of either version: {@code freezer.state} (kernel, cgroup-v1/freezer-subsystem) and {@code cgroup.freeze}
 * (cgroup-v2, "Core Interface Files").
 */
final class ControlFreezer implements Freezer {
    private static final Duration POLL = Duration.ofMillis(1);

    private final ControlDirectory group;
    private final Version version;

    private ControlFreezer(ControlDirectory group, Version version) {
        this.group = group;
        this.version = version;
    }

    /** Empty where the folder has neither file. */
    static Optional<Freezer> of(ControlDirectory group) {
        for (Version version : Version.values()) {
            if (group.has(version.file)) {
                return Optional.of(new ControlFreezer(group, version));
            }
        }
        return Optional.empty();
    }

    @Override
    public Path directory() {
        return group.path();
    }

    @Override
    public Path file() {
        return group.path().resolve(version.file);
    }

    @Override
    public String thawedText() {
        return version.thawed;
    }

    @Override
    public void freeze(Duration limit) {
        long deadline = System.nanoTime() + limit.toNanos();
        try {
            do {
                // Version 1 may stay FREEZING until it is asked again, as the kernel's page says.
                write(version.frozen);
                if (frozen()) {
                    return;
                }
                Thread.sleep(POLL);
            } while (System.nanoTime() < deadline);
            throw new Fault(
                    FaultKind.DEADLINE_EXCEEDED,
                    "cannot freeze cgroup %s: a process does not stand still after %d ms"
                            .formatted(group.path(), limit.toMillis()));
        } catch (InterruptedException e) {
            thaw();
            Thread.currentThread().interrupt();
            throw new Fault(FaultKind.CANCELLED, "cannot freeze cgroup " + group.path() + ": the caller gave up", e);
        } catch (RuntimeException e) {
            thaw();
            throw e;
        }
    }

    private boolean frozen() {
        return switch (version) {
            case V1 -> group.read(version.file).orElse("").equals(version.frozen);
            case V2 -> group.numbers("cgroup.events").getOrDefault("frozen", 0L) != 0;
        };
    }

    @Override
    public void thaw() {
        if (group.exists()) {
            write(version.thawed);
        }
    }

    private void write(String state) {
        try {
            group.write(version.file, state);
        } catch (SyscallException e) {
            throw e.fault("cannot set " + file() + " to " + state);
        }
    }

    private enum Version {
        V1("freezer.state", "FROZEN", "THAWED"),
        V2("cgroup.freeze", "1", "0");

        private final String file;
        private final String frozen;
        private final String thawed;

        Version(String file, String frozen, String thawed) {
            this.file = file;
            this.frozen = frozen;
            this.thawed = thawed;
        }
    }
}
