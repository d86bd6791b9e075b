package io.windlass.runtime.shim;

import io.windlass.runtime.hook.HookRules;
import io.windlass.runtime.hook.HookRun;
import io.windlass.runtime.oci.IdMapping;
import io.windlass.runtime.program.Encoder;
import io.windlass.runtime.program.ExecContext;
import io.windlass.runtime.program.LaunchContext;
import io.windlass.runtime.program.LaunchProgram;
import io.windlass.runtime.program.LaunchProgramCompiler;
import io.windlass.runtime.program.RootTree;
import io.windlass.runtime.program.SealedProjects;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Payloads of the requests that carry more than a container's id. */
final class Requests {
    private static final int IO_STDIN = 1;
    private static final int IO_TTY = 2;
    private static final int IO_STDIN_ONCE = 4;
    private static final int IO_HOST = 8;

    private Requests() {}

    static Encoder spawn(PodSpawn request, Path socket) {
        Encoder out = new Encoder();
        out.str(request.podId())
                .str(request.podDirectory().toString())
                .str(socket.toString())
                .u32(request.namespaces().stream().mapToInt(PodNamespace::bit).sum())
                .str(request.hostname());
        mappings(out, request.uidMap());
        mappings(out, request.gidMap());
        out.u32(request.sysctls().size());
        request.sysctls().forEach((key, value) -> out.str(key).str(value));
        return out;
    }

    static Encoder create(ContainerLaunch launch, LaunchProgramCompiler compiler) {
        RootfsLayers layers = launch.rootfs();
        LaunchContext context = new LaunchContext(
                launch.containerId(),
                new RootTree(
                        layers.lowers(), layers.upper(), layers.work(), layers.attachPoint(), layers.volatileUpper()),
                launch.cgroupAttachFiles(),
                launch.unifiedCgroup(),
                launch.bundle());
        LaunchProgram program = launch.restoration()
                .map(restoration -> compiler.restore(launch.spec(), context, restoration.command()))
                .orElseGet(() -> compiler.create(launch.spec(), context));
        int io = (launch.stdin() ? IO_STDIN : 0)
                | (launch.tty() ? IO_TTY : 0)
                | (launch.stdinOnce() ? IO_STDIN_ONCE : 0);
        return new Encoder()
                .str(launch.containerId())
                .bytes(program.toByteArray())
                .str(text(launch.logPath()))
                .u32(io)
                .u32(launch.pidMode().kind().code())
                .str(launch.pidMode().target().orElse(""))
                .str(text(launch.unifiedCgroup()))
                .str(launch.exitFile().toString())
                .str(text(launch.restoration().map(Restoration::processFile)));
    }

    static Encoder exec(ExecLaunch launch, LaunchProgramCompiler compiler) {
        ExecContext context = new ExecContext(
                launch.containerId(),
                launch.containerSpec().linux(),
                launch.cgroupAttachFiles(),
                SealedProjects.sealed(launch.containerSpec()));
        LaunchProgram program = compiler.exec(launch.process(), context);
        boolean tty = launch.process().terminal();
        int columns = launch.process().consoleSize() == null
                ? 0
                : launch.process().consoleSize().width();
        int rows = launch.process().consoleSize() == null
                ? 0
                : launch.process().consoleSize().height();
        return new Encoder()
                .str(launch.containerId())
                .str(launch.execId())
                .bytes(program.toByteArray())
                .u32((launch.stdin() ? IO_STDIN : 0) | (tty ? IO_TTY : 0))
                .u32(columns)
                .u32(rows);
    }

    static Encoder hook(HookRun hook) {
        return new Encoder()
                .str(hook.path())
                .strings(hook.args())
                .strings(hook.environment())
                .u32(HookRules.milliseconds(hook.timeout()))
                .str(hook.state())
                .str(text(hook.claim()));
    }

    static Encoder runOnHost(String name, List<String> command, LaunchProgramCompiler compiler) {
        return new Encoder()
                .str("")
                .str(name)
                .bytes(compiler.onHost(command).toByteArray())
                .u32(IO_HOST)
                .u32(0)
                .u32(0);
    }

    static Encoder atEnd(Map<Path, String> texts) {
        Encoder out = new Encoder().u32(texts.size());
        texts.forEach((file, text) -> out.str(file.toString()).str(text));
        return out;
    }

    static Encoder attach(String containerId, Set<StreamKind> streams) {
        return new Encoder()
                .str(containerId)
                .u32(streams.stream().mapToInt(StreamKind::bit).sum());
    }

    private static void mappings(Encoder out, List<IdMapping> mappings) {
        out.u32(mappings.size());
        mappings.forEach(m -> out.u32(m.containerID()).u32(m.hostID()).u32(m.size()));
    }

    private static String text(Optional<Path> path) {
        return path.map(Path::toString).orElse("");
    }
}
