package io.windlass.linux.cgroup;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.linux.Errno;
import io.windlass.linux.Fd;
import io.windlass.linux.OpenFlags;
import io.windlass.linux.SyscallException;
import java.time.Duration;

/** Removes the folders of control groups. */
final class GroupRemoval {
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final long FIRST_PAUSE_MILLIS = 1;
    private static final long LONGEST_PAUSE_MILLIS = 50;

    private GroupRemoval() {}

    /** Removes a group and those below it; one that is gone already is no failure. */
    static void removeTree(ControlDirectory group) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        for (ControlDirectory directory : group.withDescendants()) {
            removePatiently(directory, deadline);
        }
    }

    // A process counts against its group until the kernel has finished its exit, which is after its parent can reap it,
    // and
    // version 1 tells no one when that is: the only way to know is to try again. (cgroup.events of version 2 tells when
    // the
    // last process has gone, but rmdir can still be refused while a controller lets go of it.)
    private static void removePatiently(ControlDirectory directory, long deadline) {
        long pause = FIRST_PAUSE_MILLIS;
        while (true) {
            try {
                removeDirectory(directory);
                return;
            } catch (SyscallException e) {
                if (!e.is(Errno.EBUSY) || System.nanoTime() > deadline) {
                    throw e.fault("cannot remove cgroup " + directory.path());
                }
            }
            pause(directory, pause);
            pause = Math.min(pause * 2, LONGEST_PAUSE_MILLIS);
        }
    }

    /** Removes one folder if it is empty of groups and processes; whether it is gone now. */
    static boolean removeIfEmpty(ControlDirectory directory) {
        try {
            removeDirectory(directory);
            return true;
        } catch (SyscallException e) {
            if (e.is(Errno.EBUSY) || e.is(Errno.ENOTEMPTY)) {
                return false;
            }
            throw e.fault("cannot remove cgroup " + directory.path());
        }
    }

    private static void removeDirectory(ControlDirectory directory) {
        try {
            directory.kernel().unlinkat(Fd.WORKING_DIRECTORY, directory.path().toString(), OpenFlags.AT_REMOVEDIR);
        } catch (SyscallException e) {
            if (!e.is(Errno.ENOENT)) {
                throw e;
            }
        }
    }

    private static void pause(ControlDirectory directory, long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Fault(FaultKind.CANCELLED, "cannot remove cgroup " + directory.path() + ": cancelled", e);
        }
    }
}
