package io.windlass.linux.cgroup;

import io.windlass.linux.Errno;
import io.windlass.linux.Fd;
import io.windlass.linux.SyscallException;
import java.util.List;

/**
 * Kills all processes of a group of version 1, which has no kill file: the group is frozen, so that nothing can fork away, its
 * processes are signalled, and it is thawed to let them die.
 */
final class FreezerKill {
    private static final int SIGKILL = 9;
    private static final int ROUNDS = 5;
    private static final int FREEZE_ATTEMPTS = 50;

    private FreezerKill() {}

    static void kill(ControlDirectory group) {
        // One round is enough when freezing worked; a process in an uninterruptible sleep can hold it up, and then the
        // rounds
        // are a race that ends when no process is left that was not signalled.
        for (int round = 0; round < ROUNDS && group.populated(); round++) {
            boolean frozen = freeze(group);
            try {
                group.withDescendants()
                        .forEach(directory -> directory.processes().forEach(pid -> signal(group, pid)));
            } finally {
                thaw(group);
            }
            if (frozen) {
                return;
            }
        }
    }

    private static boolean freeze(ControlDirectory group) {
        if (!group.has("freezer.state")) {
            return false;
        }
        for (int attempt = 0; attempt < FREEZE_ATTEMPTS; attempt++) {
            try {
                group.write("freezer.state", "FROZEN");
            } catch (SyscallException e) {
                if (!e.is(Errno.EBUSY)) {
                    throw e.fault("cannot freeze cgroup " + group.path());
                }
            }
            if (group.read("freezer.state").orElse("").equals("FROZEN")) {
                return true;
            }
            Thread.onSpinWait();
        }
        return false;
    }

    // Groups below may have been frozen by the container itself; a frozen process does not die.
    private static void thaw(ControlDirectory group) {
        List<ControlDirectory> topDown = group.withDescendants().reversed();
        topDown.stream().filter(d -> d.has("freezer.state")).forEach(d -> d.write("freezer.state", "THAWED"));
    }

    private static void signal(ControlDirectory group, long pid) {
        try (Fd process = group.kernel().pidfdOpen(pid)) {
            group.kernel().pidfdSendSignal(process, SIGKILL);
        } catch (SyscallException e) {
            if (!e.is(Errno.ESRCH)) {
                throw e.fault("cannot kill process " + pid + " of cgroup " + group.path());
            }
        }
    }
}
