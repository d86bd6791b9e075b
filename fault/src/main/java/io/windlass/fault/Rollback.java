package io.windlass.fault;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * The named steps of a multi-step operation, undone in reverse order unless the operation commits.
 *
 * <pre>{@code
 * try (Rollback rollback = new Rollback("run pod sandbox " + id)) {
 *     network.attach(id);
 *     rollback.onFailure("detach network", () -> network.detach(id));
 *     ...
 *     rollback.commit();
 * }
 * }</pre>
 *
 * <p>A step whose undo fails keeps everything that was done before it, because earlier steps are what it depends on; the
 * failures are reported by {@link #close()} as one {@link Fault}, which try-with-resources adds to the first failure as a
 * suppressed one. Not thread-safe: it belongs to the thread that runs the operation.
 */
public final class Rollback implements AutoCloseable {
    private final String operation;
    private final Deque<Step> steps = new ArrayDeque<>();
    private boolean committed;

    public Rollback(String operation) {
        this.operation = operation;
    }

    /** Registers how to undo the step that has just been done. */
    public void onFailure(String step, Undo undo) {
        steps.push(new Step(step, undo));
    }

    /** The operation succeeded: nothing is undone. */
    public void commit() {
        committed = true;
        steps.clear();
    }

    /** Undoes all steps, latest first, unless {@link #commit()} was called. */
    @Override
    public void close() {
        if (committed) {
            return;
        }
        while (!steps.isEmpty()) {
            Step step = steps.pop();
            try {
                step.undo.run();
            } catch (Exception e) {
                List<String> kept = new ArrayList<>();
                steps.forEach(s -> kept.add(s.name));
                steps.clear();
                throw Fault.internal(
                        "cannot undo step '%s' of %s: %s%s"
                                .formatted(
                                        step.name,
                                        operation,
                                        e.getMessage(),
                                        kept.isEmpty() ? "" : "; not undone, because it depends on them: " + kept),
                        e);
            }
        }
    }

    /** Takes one step back. */
    @FunctionalInterface
    public interface Undo {
        void run() throws Exception;
    }

    private record Step(String name, Undo undo) {}
}
