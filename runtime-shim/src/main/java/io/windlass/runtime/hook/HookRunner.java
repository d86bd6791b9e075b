package io.windlass.runtime.hook;

/** Runs hooks in the runtime's namespaces. Thread-safe. */
@FunctionalInterface
public interface HookRunner {
    /**
     * Returns when the hook has ended well; false: its claim says that it was run before.
     *
     * @throws io.windlass.fault.Fault that says how the hook failed: DEADLINE_EXCEEDED after its timeout, CANCELLED when the
     *     waiting thread is interrupted
     */
    boolean run(HookRun hook);
}
