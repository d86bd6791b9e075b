package io.windlass.pod.spec;

import io.windlass.fault.Fault;
import io.windlass.pod.model.NamespaceMode;
import io.windlass.pod.model.NamespaceOptions;

/** Which namespace modes a request may name. */
public final class NamespaceRules {
    private NamespaceRules() {}

    /** Refuses modes that no pod can have; {@code field} is how the message names the place. */
    public static void check(NamespaceOptions options, String field) {
        podOrNode(options.network(), field + ".network");
        podOrNode(options.ipc(), field + ".ipc");
        if (options.pid() == NamespaceMode.TARGET && options.targetId().isEmpty()) {
            throw Fault.invalid("cannot use " + field + ".pid TARGET: target_id is empty");
        }
        options.user().ifPresent(user -> UserNamespaceRules.check(user, field + ".userns_options"));
    }

    private static void podOrNode(NamespaceMode mode, String field) {
        if (mode != NamespaceMode.POD && mode != NamespaceMode.NODE) {
            throw Fault.invalid("cannot use " + field + " " + mode + ": only POD and NODE have a meaning there");
        }
    }
}
