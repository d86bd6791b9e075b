package io.windlass.cri.recovery;

import io.windlass.fault.Fault;
import java.util.ArrayList;
import java.util.List;

/** Refuses to start where pods could not run, and says why. */
public final class StartUpChecks {
    /** mount_setattr, statmount-era overlayfs and its layer-by-descriptor options need it. */
    private static final int LEAST_MAJOR = 6;

    private static final int LEAST_MINOR = 5;

    private StartUpChecks() {}

    /** @throws Fault FAILED_PRECONDITION with all that is wrong, one a line */
    public static void check(Host host) {
        List<String> wrong = new ArrayList<>();
        if (host.effectiveUid() != 0) {
            wrong.add("it has to be started as root, not as uid " + host.effectiveUid());
        }
        if (!host.kernelAtLeast(LEAST_MAJOR, LEAST_MINOR)) {
            wrong.add("it needs Linux " + LEAST_MAJOR + "." + LEAST_MINOR + " or newer, and this is "
                    + host.kernelRelease());
        }
        if (!wrong.isEmpty()) {
            throw Fault.precondition(String.join("\n", wrong));
        }
    }
}
