package io.windlass.runtime.hook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.runtime.oci.Hook;
import io.windlass.runtime.oci.Hooks;
import io.windlass.runtime.oci.Spec;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ContainerHooksTest {
    private static final Optional<Path> BUNDLE = Optional.of(Path.of("/bundle"));

    private final List<HookRun> runs = new ArrayList<>();
    private final HookRunner runner = runs::add;

    @Test
    void runsPrestartBeforeCreateRuntimeInTheOrderOfTheDocument() {
        Hooks hooks = new Hooks(
                List.of(hook("/p1"), hook("/p2")), List.of(hook("/r1")), List.of(), List.of(), List.of(), List.of());

        of(hooks).duringCreation(4711, runner);

        assertThat(runs).extracting(HookRun::path).containsExactly("/p1", "/p2", "/r1");
        assertThat(runs).extracting(HookRun::claim).containsOnly(Optional.empty());
        assertThat(runs.getFirst().state())
                .isEqualTo("{\"ociVersion\":\"1.3.0\",\"id\":\"c1\",\"status\":\"creating\",\"pid\":4711,"
                        + "\"bundle\":\"/bundle\",\"annotations\":{\"a\":\"\\\"pid\\\":0\"}}");
    }

    @Test
    void leavesOutTheRestWhenOneFails() {
        Hooks hooks =
                new Hooks(List.of(), List.of(hook("/r1"), hook("/r2")), List.of(), List.of(), List.of(), List.of());
        HookRunner failing = run -> {
            runs.add(run);
            throw Fault.internal("cannot run " + run.path() + ": exit code 3", null);
        };

        assertThatThrownBy(() -> of(hooks).duringCreation(1, failing))
                .hasMessage("createRuntime hook: cannot run /r1: exit code 3");
        assertThat(runs).hasSize(1);
    }

    @Test
    void leavesAGapForThePidInTheContainer() {
        Hooks hooks = new Hooks(List.of(), List.of(), List.of(hook("/c")), List.of(hook("/s")), List.of(), List.of());

        HookState.Split creating = of(hooks).createContainer().getFirst().state();
        HookState.Split created = of(hooks).startContainer().getFirst().state();

        assertThat(creating.before()).endsWith("\"status\":\"creating\",\"pid\":");
        assertThat(creating.after()).startsWith(",\"bundle\":\"/bundle\"").endsWith("}");
        assertThat(created.before()).contains("\"status\":\"created\"");
    }

    @Test
    void claimsWhatIsRunAtMostOnce() {
        Hooks hooks = new Hooks(
                List.of(), List.of(), List.of(), List.of(), List.of(hook("/a")), List.of(hook("/b"), hook("/c")));

        assertThat(of(hooks).poststart(7)).singleElement().satisfies(run -> {
            assertThat(run.claim()).contains(Path.of("/bundle/poststart-0"));
            assertThat(run.state()).contains("\"status\":\"running\",\"pid\":7");
        });
        assertThat(of(hooks).poststop())
                .extracting(run -> run.claim().orElseThrow())
                .containsExactly(Path.of("/bundle/poststop-0"), Path.of("/bundle/poststop-1"));
        assertThat(of(hooks).poststop().getFirst().state())
                .contains("\"status\":\"stopped\",\"bundle\"")
                .doesNotContain("pid\":7");
    }

    @Test
    void givesWhatTheDocumentSaysAndANameWhereItSaysNone() {
        Hook whole = new Hook("/bin/x", List.of("x", "y"), List.of("A=b"), 3);
        HookRun run = HookRun.of(whole, "{}", Optional.empty());
        HookRun bare = HookRun.of(hook("/bin/x"), "{}", Optional.empty());

        assertThat(run.args()).containsExactly("x", "y");
        assertThat(run.environment()).containsExactly("A=b");
        assertThat(run.timeout()).contains(Duration.ofSeconds(3));
        assertThat(bare.args()).containsExactly("/bin/x");
        assertThat(bare.environment()).isEmpty();
        assertThat(HookRules.milliseconds(bare.timeout())).isZero();
        assertThat(HookRules.milliseconds(Optional.of(Duration.ofDays(1000)))).isEqualTo(0xffff_ffffL);
    }

    @Test
    void refusesByNameWhatCannotBeRun() {
        refuses(hook("relative"), "poststop hook 'relative' is not an absolute path");
        refuses(
                new Hook("/x", List.of(), List.of(), 0),
                "the timeout 0 of poststop hook /x is not a positive number of seconds");
    }

    private static void refuses(Hook hook, String message) {
        Hooks hooks = new Hooks(List.of(), List.of(), List.of(), List.of(), List.of(), List.of(hook));
        assertThatThrownBy(() -> of(hooks))
                .isInstanceOfSatisfying(Fault.class, f -> assertThat(f.kind()).isEqualTo(FaultKind.INVALID_ARGUMENT))
                .hasMessage(message);
    }

    @Test
    void needsABundleOnlyForHooks() {
        assertThat(ContainerHooks.of("c1", spec(null), Optional.empty()).none()).isTrue();
        Spec withHooks = spec(new Hooks(List.of(hook("/p")), List.of(), List.of(), List.of(), List.of(), List.of()));
        assertThatThrownBy(() -> ContainerHooks.of("c1", withHooks, Optional.empty()))
                .hasMessageContaining("no bundle folder");
    }

    private static ContainerHooks of(Hooks hooks) {
        return ContainerHooks.of("c1", spec(hooks), BUNDLE);
    }

    private static Spec spec(@Nullable Hooks hooks) {
        return Spec.builder().hooks(hooks).annotations(Map.of("a", "\"pid\":0")).build();
    }

    private static Hook hook(String path) {
        return new Hook(path, List.of(), List.of(), null);
    }
}
