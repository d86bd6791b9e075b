package io.windlass.runtime.hook;

import io.windlass.fault.Fault;
import io.windlass.runtime.oci.Hook;
import io.windlass.runtime.oci.Hooks;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What is asked of hooks, and what an absent part of one means. */
public final class HookRules {
    private HookRules() {}

    /** @throws Fault INVALID_ARGUMENT naming the hook that cannot be run */
    public static void check(Hooks hooks) {
        Map.of(
                        "prestart", hooks.prestart(),
                        "createRuntime", hooks.createRuntime(),
                        "createContainer", hooks.createContainer(),
                        "startContainer", hooks.startContainer(),
                        "poststart", hooks.poststart(),
                        "poststop", hooks.poststop())
                .forEach((kind, all) -> all.forEach(hook -> check(kind, hook)));
    }

    private static void check(String kind, Hook hook) {
        if (hook.path() == null || !hook.path().startsWith("/")) {
            throw Fault.invalid("%s hook '%s' is not an absolute path".formatted(kind, hook.path()));
        }
        if (hook.timeout() != null && hook.timeout() <= 0) {
            throw Fault.invalid("the timeout %d of %s hook %s is not a positive number of seconds"
                    .formatted(hook.timeout(), kind, hook.path()));
        }
    }

    /** The arguments begin with the name by which the program is called. */
    public static List<String> args(Hook hook) {
        return hook.args().isEmpty() ? List.of(hook.path()) : hook.args();
    }

    public static Optional<Duration> timeout(Hook hook) {
        return Optional.ofNullable(hook.timeout()).map(Duration::ofSeconds);
    }

    /** As a number of milliseconds, 0 for none, as the helper takes it. */
    public static long milliseconds(Optional<Duration> timeout) {
        return timeout.map(Duration::toMillis)
                .map(millis -> Math.min(millis, 0xffff_ffffL))
                .orElse(0L);
    }
}
