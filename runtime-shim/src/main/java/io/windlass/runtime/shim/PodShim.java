package io.windlass.runtime.shim;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * The shim of one pod. Thread-safe; every call blocks until the shim has answered.
 *
 * <p>All calls throw {@link io.windlass.fault.Fault}: NOT_FOUND for an unknown container, FAILED_PRECONDITION for one in the
 * wrong state, UNAVAILABLE when the shim is gone, CANCELLED when the waiting thread is interrupted.
 */
public interface PodShim extends AutoCloseable {
    long pid();

    /** Builds the container up to its barrier. Interrupted while waiting, it has the shim take the container back. */
    CreatedContainer create(ContainerLaunch launch);

    /** Opens the barrier; returns when the program has been executed. */
    Timeline start(String containerId);

    /** @param all SIGKILL for every process of the container, else only the first process gets the signal */
    void signal(String containerId, int signal, boolean all);

    /** Forgets a container that has exited. */
    void delete(String containerId);

    /** Goes on with a new log file, because the old one was renamed. */
    void reopenLog(String containerId);

    List<ShimContainer> list();

    /** Returns when the program has been executed. */
    ShimStream exec(ExecLaunch launch);

    /**
     * Runs a command on the host's files and PIDs with the host's rights, in the pod's network, IPC and UTS namespaces. Returns
     * when it has been executed. It goes on when nobody reads its stream any more, and when this daemon is gone.
     *
     * @param name for messages
     */
    ShimStream runOnHost(String name, List<String> command);

    /**
     * Has texts written into files once the promise is closed, or this daemon is gone, whatever ended it; but not before the
     * commands of {@link #runOnHost} have ended. Files that are gone are passed over.
     */
    Promise atEnd(Map<Path, String> texts);

    ShimStream attach(String containerId, Set<StreamKind> streams);

    void resize(String containerId, int columns, int rows);

    void closeStdin(String containerId);

    /**
     * Calls {@code listener} for the events the shim still remembers (the last 256) and for each later one, in order, on one
     * thread. At most one listener.
     */
    void onEvent(Consumer<ShimEvent> listener);

    /** Ends the shim; refused while a container lives. */
    void shutdown();

    /** Whether the shim could be reached when last tried. */
    boolean alive();

    /** Closes the connection; the shim and its containers go on. */
    @Override
    void close();

    /** What {@link #atEnd} gave. */
    interface Promise extends AutoCloseable {
        /** Has it kept, soon. */
        @Override
        void close();
    }
}
