package io.windlass.cli;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.logging.LogManager;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The command's root: options that all subcommands share, and how failures are shown. */
@Command(
        name = "windlass",
        description = "Looks at and drives a Windlass daemon through its sockets.",
        mixinStandardHelpOptions = true,
        scope = ScopeType.INHERIT,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            VersionCommand.class,
            StatusCommand.class,
            ImageCommands.class,
            PodCommands.class,
            ContainerCommands.class,
            DiffCommand.class,
            CommitCommand.class,
            ExportCommand.class,
            CopyCommand.class,
            BurnInCommand.class,
            picocli.AutoComplete.GenerateCompletion.class
        })
public final class Windlass implements Runnable {
    /** Exit code for a refusal or failure of the daemon; 2 is a wrong command line. */
    private static final int FAILED = 1;

    @Option(
            names = {"-s", "--socket"},
            scope = ScopeType.INHERIT,
            paramLabel = "PATH",
            defaultValue = "${WINDLASS_SOCKET:-/run/windlass/windlass.sock}",
            description = "The daemon's socket (default: $WINDLASS_SOCKET, else /run/windlass/windlass.sock).")
    private Path socket = Path.of("/run/windlass/windlass.sock");

    @Option(
            names = "--node-socket",
            scope = ScopeType.INHERIT,
            paramLabel = "PATH",
            defaultValue = "${WINDLASS_NODE_SOCKET:-}",
            description =
                    "The daemon's socket for operators, root's alone (default: $WINDLASS_NODE_SOCKET, else node.sock beside --socket).")
    private Path nodeSocket = Path.of("");

    @Option(
            names = {"-o", "--output"},
            scope = ScopeType.INHERIT,
            paramLabel = "FORMAT",
            defaultValue = "text",
            description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    private Format format = Format.text;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    /** How results are printed. The names are what the user types. */
    enum Format {
        text,
        json
    }

    public static void main(String[] arguments) {
        // The libraries of the connection log what only their developers want to know.
        LogManager.getLogManager().reset();
        System.exit(commandLine().execute(arguments));
    }

    static CommandLine commandLine() {
        return new CommandLine(new Windlass())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionExceptionHandler((failure, command, parsed) -> {
                    command.getErr().println("windlass: " + explain(failure));
                    return FAILED;
                });
    }

    @Override
    public void run() {
        throw new CommandLine.ParameterException(spec.commandLine(), "a command is missing");
    }

    Daemon connect() {
        return new Daemon(socket);
    }

    Daemon connectNode() {
        return new Daemon(nodeSocket.toString().isEmpty() ? socket.resolveSibling("node.sock") : nodeSocket);
    }

    Output output(CommandSpec command) {
        PrintWriter out = command.commandLine().getOut();
        return new Output(out, format);
    }

    static String explain(Exception failure) {
        if (failure instanceof StatusRuntimeException refused) {
            Status status = refused.getStatus();
            String description = status.getDescription();
            // The daemon's own words, as of a registry that does not answer, begin so.
            boolean said = description != null && description.startsWith("cannot ");
            if (status.getCode() == Status.Code.UNAVAILABLE && !said) {
                return "cannot reach the daemon; is it running, and are --socket and --node-socket its sockets? ("
                        + description + ")";
            }
            return description == null ? status.getCode().name() : description;
        }
        String message = failure.getMessage();
        return message == null ? failure.getClass().getSimpleName() : message;
    }
}
