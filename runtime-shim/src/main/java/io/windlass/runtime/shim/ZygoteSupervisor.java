package io.windlass.runtime.shim;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.runtime.hook.HookRun;
import io.windlass.runtime.hook.HookRunner;
import io.windlass.runtime.program.Encoder;
import io.windlass.runtime.program.LaunchProgramCompiler;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** Keeps one zygote for a state folder and spawns shims through it. Thread-safe. */
final class ZygoteSupervisor implements ShimSupervisor {
    private static final Duration START_LIMIT = Duration.ofSeconds(10);
    private static final int SOCKET_NAME_DIGITS = 32;

    private final Path helper;
    private final Path stateDirectory;
    private final LaunchProgramCompiler compiler;
    private final Lock connecting = new ReentrantLock();
    private volatile @Nullable ControlConnection zygote;

    ZygoteSupervisor(Path helper, Path stateDirectory, LaunchProgramCompiler compiler) {
        this.helper = helper;
        this.stateDirectory = stateDirectory;
        this.compiler = compiler;
    }

    @Override
    public void start() {
        zygote();
    }

    @Override
    public PodShim spawn(PodSpawn request) {
        Path socket = socketOf(request.podId());
        zygote().request(
                        FrameType.SPAWN,
                        Requests.spawn(request, socket),
                        "cannot spawn the shim of pod " + request.podId());
        return connect(request.podId(), socket);
    }

    @Override
    public PodShim connect(String podId, Path socket) {
        return SocketShim.connect(podId, socket, compiler, hooks());
    }

    @Override
    public HookRunner hooks() {
        return this::runHook;
    }

    /** On a connection of its own: its end, when the caller gives up, ends the hook. */
    private boolean runHook(HookRun hook) {
        String action = "cannot run " + hook.path();
        zygote();
        try (ControlConnection own = open()) {
            return own.request(FrameType.HOOK, Requests.hook(hook), action).u32() == 1;
        } catch (IOException e) {
            throw new Fault(FaultKind.UNAVAILABLE, action + ": the zygote is gone: " + e.getMessage(), e);
        }
    }

    @Override
    public void shutdown() {
        ControlConnection current;
        try {
            current = open();
        } catch (IOException e) {
            // No zygote listens.
            return;
        }
        try (current) {
            current.request(FrameType.QUIT, new Encoder(), "cannot end the zygote");
        }
    }

    @Override
    public Path socketOf(String podId) {
        // A socket's path is limited to 107 bytes; half of the digits are still unique.
        return stateDirectory
                .resolve("shims")
                .resolve(podId.substring(0, Math.min(SOCKET_NAME_DIGITS, podId.length())) + ".sock");
    }

    private ControlConnection zygote() {
        ControlConnection current = zygote;
        if (current != null && current.alive()) {
            return current;
        }
        connecting.lock();
        try {
            current = zygote;
            if (current == null || !current.alive()) {
                current = findOrStart();
                zygote = current;
            }
            return current;
        } finally {
            connecting.unlock();
        }
    }

    private ControlConnection findOrStart() {
        try {
            return open();
        } catch (IOException e) {
            // Nobody listens: the socket is missing, or was left by a zygote that is gone.
            return launch();
        }
    }

    private ControlConnection open() throws IOException {
        Path socket = stateDirectory.resolve("zygote.sock");
        return ControlConnection.open(socket, "zygote at " + socket, ControlConnection.Listener.NONE);
    }

    private ControlConnection launch() {
        if (!Files.exists(helper)) {
            throw Fault.precondition("cannot start the helper %s: it does not exist".formatted(helper));
        }
        if (!Files.isExecutable(helper)) {
            throw Fault.precondition("cannot start the helper %s: it is not executable".formatted(helper));
        }
        try {
            Files.createDirectories(
                    stateDirectory.resolve("shims"),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            run();
            return open();
        } catch (IOException e) {
            throw Fault.internal("cannot start the helper %s: %s".formatted(helper, e.getMessage()), e);
        }
    }

    /** The helper's first process goes to the background once it listens; what it prints before that says why it does not. */
    private void run() throws IOException {
        Process process = new ProcessBuilder(helper.toString(), "zygote", "--state", stateDirectory.toString())
                .directory(Path.of("/").toFile())
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectErrorStream(true)
                .start();
        try {
            if (!process.waitFor(START_LIMIT)) {
                process.destroyForcibly();
                throw new Fault(
                        FaultKind.DEADLINE_EXCEEDED,
                        "cannot start the helper %s: it does not listen after %d s"
                                .formatted(helper, START_LIMIT.toSeconds()));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Fault(FaultKind.CANCELLED, "cannot start the helper %s: the caller gave up".formatted(helper), e);
        }
        if (process.exitValue() != 0) {
            String said = new String(process.getInputStream().readAllBytes(), UTF_8).strip();
            throw Fault.internal(
                    "cannot start the helper %s: it ended with exit code %d%s"
                            .formatted(helper, process.exitValue(), said.isEmpty() ? "" : ": " + said),
                    null);
        }
    }
}
