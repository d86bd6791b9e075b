package io.windlass.runtime.hook;

import io.windlass.fault.Fault;
import io.windlass.runtime.oci.Hook;
import io.windlass.runtime.oci.Hooks;
import io.windlass.runtime.oci.Spec;
import io.windlass.runtime.oci.State;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;

/** The hooks of one container, in the order of the runtime specification. Immutable. */
public final class ContainerHooks {
    private static final Hooks NONE = new Hooks(List.of(), List.of(), List.of(), List.of(), List.of(), List.of());

    private final Hooks hooks;
    private final Optional<HookState> state;

    private ContainerHooks(Hooks hooks, Optional<HookState> state) {
        this.hooks = hooks;
        this.state = state;
    }

    /**
     * @param bundle the folder that hooks find the container's document in; needed where there are any
     * @throws Fault INVALID_ARGUMENT naming the hook that cannot be run
     */
    public static ContainerHooks of(String containerId, Spec spec, Optional<Path> bundle) {
        Hooks hooks = Objects.requireNonNullElse(spec.hooks(), NONE);
        HookRules.check(hooks);
        if (!hooks.none() && bundle.isEmpty()) {
            throw Fault.invalid("the document has hooks, but there is no bundle folder for them");
        }
        return new ContainerHooks(hooks, bundle.map(folder -> HookState.of(containerId, folder, spec)));
    }

    public boolean none() {
        return hooks.none();
    }

    /** Whether the creation pauses for hooks in the runtime's namespaces. */
    public boolean pause() {
        return !hooks.prestart().isEmpty() || !hooks.createRuntime().isEmpty();
    }

    /** Whether there are hooks that expect the root with its mounts before it is pivoted to. */
    public boolean beforePivot() {
        return pause() || !hooks.createContainer().isEmpty();
    }

    public boolean beforeProgram() {
        return !hooks.startContainer().isEmpty();
    }

    /** During the creation, in the container's namespaces. */
    public List<Inside> createContainer() {
        return inside(hooks.createContainer(), State.Status.CREATING);
    }

    /** During the start, in the container's namespaces and root. */
    public List<Inside> startContainer() {
        return inside(hooks.startContainer(), State.Status.CREATED);
    }

    /**
     * Those of a creation that pauses.
     *
     * @param pid the first process, as the runtime sees it
     */
    public void duringCreation(long pid, HookRunner runner) {
        run("prestart", hooks.prestart(), pid, State.Status.CREATING, runner);
        run("createRuntime", hooks.createRuntime(), pid, State.Status.CREATING, runner);
    }

    private void run(String kind, List<Hook> all, long pid, State.Status status, HookRunner runner) {
        for (Hook hook : all) {
            try {
                runner.run(HookRun.of(hook, state().running(status, pid), Optional.empty()));
            } catch (Fault fault) {
                throw fault.in(kind + " hook");
            }
        }
    }

    /** After the program was executed. Each is run at most once. */
    public List<HookRun> poststart(long pid) {
        return claimed("poststart", hooks.poststart(), state -> state.running(State.Status.RUNNING, pid));
    }

    /** After the container was deleted. Each is run at most once. */
    public List<HookRun> poststop() {
        return claimed("poststop", hooks.poststop(), HookState::stopped);
    }

    private List<HookRun> claimed(String kind, List<Hook> all, Function<HookState, String> document) {
        List<HookRun> runs = new ArrayList<>();
        for (Hook hook : all) {
            Path claim = state().bundle().resolve("%s-%d".formatted(kind, runs.size()));
            runs.add(HookRun.of(hook, document.apply(state()), Optional.of(claim)));
        }
        return runs;
    }

    private List<Inside> inside(List<Hook> all, State.Status status) {
        return all.stream()
                .map(hook -> new Inside(hook, state().inContainer(status)))
                .toList();
    }

    private HookState state() {
        return state.orElseThrow(() -> new IllegalStateException("hooks without a bundle"));
    }

    /** A hook that runs in the container, with what it reads. */
    public record Inside(Hook hook, HookState.Split state) {}
}
