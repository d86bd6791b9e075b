package io.windlass.runtime.hook;

import io.windlass.runtime.oci.Hook;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * One run of a hook in the runtime's namespaces.
 *
 * @param timeout empty: as long as it takes
 * @param state what it reads on its standard input
 * @param claim a file that says that the hook was begun: with it, the hook is run at most once, and goes on when its caller has gone
 */
public record HookRun(
        String path,
        List<String> args,
        List<String> environment,
        Optional<Duration> timeout,
        String state,
        Optional<Path> claim) {
    public HookRun {
        args = List.copyOf(args);
        environment = List.copyOf(environment);
    }

    static HookRun of(Hook hook, String state, Optional<Path> claim) {
        return new HookRun(hook.path(), HookRules.args(hook), hook.env(), HookRules.timeout(hook), state, claim);
    }
}
