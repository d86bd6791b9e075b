package io.windlass.linux.cgroup;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.linux.Errno;
import io.windlass.linux.SyscallException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Writes to control files that are made together: when one fails, those before it are put back. Not thread-safe.
 *
 * <p>A limit whose file is missing belongs to a controller that the machine lacks, and is refused by that name.
 */
final class ControlChanges {
    private final List<Change> changes = new ArrayList<>();

    void write(Optional<ControlDirectory> directory, String file, String value) {
        changes.add(new FileChange(directory, file, value));
    }

    void write(ControlDirectory directory, String file, String value) {
        write(Optional.of(directory), file, value);
    }

    void add(Change change) {
        changes.add(change);
    }

    /** Adds a step after all others, which undoes itself if it fails with a fault. */
    ControlChanges then(Runnable last) {
        changes.add(new Change() {
            @Override
            public void apply() {
                last.run();
            }

            @Override
            public void undo() {
                throw new IllegalStateException("there is no step after the last");
            }
        });
        return this;
    }

    /** The changes as "file=value", for tests and logs. */
    List<String> shown() {
        return changes.stream().map(Change::toString).toList();
    }

    void apply(String group) {
        List<Change> done = new ArrayList<>();
        for (Change change : changes) {
            try {
                change.apply();
            } catch (SyscallException e) {
                throw undone(done, fault(group, change, e));
            } catch (Fault e) {
                throw undone(done, e.in("cannot update cgroup " + group));
            }
            done.add(change);
        }
    }

    private static Fault fault(String group, Change change, SyscallException e) {
        String context = "cannot set " + change + " of cgroup " + group;
        // The kernel's answers to a value: out of range, or not possible beside the other limits.
        return e.is(Errno.EINVAL) || e.is(Errno.ERANGE)
                ? new Fault(FaultKind.INVALID_ARGUMENT, context + ": " + e.getMessage(), e)
                : e.fault(context);
    }

    private static Fault undone(List<Change> done, Fault failure) {
        for (Change change : done.reversed()) {
            try {
                change.undo();
            } catch (SyscallException | Fault e) {
                failure.addSuppressed(e);
            }
        }
        return failure;
    }

    /** One step that can be taken back. */
    interface Change {
        void apply();

        void undo();
    }

    private static final class FileChange implements Change {
        /** What takes a line away from files that have one for each device or resource (cgroup-v2.rst). */
        private static final Map<String, String> UNSET = Map.of(
                "io.max", "rbps=max wbps=max riops=max wiops=max",
                "io.weight", "default",
                "io.latency", "target=0",
                "rdma.max", "hca_handle=max hca_object=max",
                "misc.max", "max");

        private final Optional<ControlDirectory> directory;
        private final String file;
        private final String value;
        private Optional<String> previous = Optional.empty();

        FileChange(Optional<ControlDirectory> directory, String file, String value) {
            this.directory = directory;
            this.file = file;
            this.value = value;
        }

        @Override
        public void apply() {
            ControlDirectory group = directory
                    .filter(d -> d.has(file))
                    .orElseThrow(() -> Fault.precondition("this machine's control groups have no " + file));
            previous = group.read(file);
            group.write(file, value);
        }

        @Override
        public void undo() {
            previous.ifPresent(before ->
                    lines(before).forEach(line -> directory.orElseThrow().write(file, line)));
        }

        /** What brings a file back: the kernel takes one line a write, and an empty write not at all. */
        private List<String> lines(String before) {
            List<String> lines = new ArrayList<>();
            String unset = UNSET.get(file);
            String key = value.split(" ", 2)[0];
            if (unset != null && value.contains(" ") && before.lines().noneMatch(line -> line.startsWith(key + " "))) {
                lines.add(key + " " + unset);
            }
            before.lines().forEach(lines::add);
            return lines.isEmpty() ? List.of("\n") : lines;
        }

        @Override
        public String toString() {
            return file + "=" + value;
        }
    }
}
