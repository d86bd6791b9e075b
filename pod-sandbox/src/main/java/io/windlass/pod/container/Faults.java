package io.windlass.pod.container;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.pod.store.Container;
import java.util.Locale;

/** Faults that several operations on containers word alike. */
final class Faults {
    private Faults() {}

    static Fault state(String verb, Container container, String wanted) {
        return Fault.precondition("cannot %s container %s: it is %s, not %s"
                .formatted(verb, container.id(), container.state().kind().name().toLowerCase(Locale.ROOT), wanted));
    }

    static Fault cancelled(String verb, Container container, InterruptedException cause) {
        Thread.currentThread().interrupt();
        return new Fault(FaultKind.CANCELLED, "cannot " + verb + " container " + container.id() + ": cancelled", cause);
    }
}
