package io.windlass.cli;

import io.windlass.node.v1.ExportContainerRequest;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Writes a container's root file system. */
@Command(
        name = "export",
        description = {
            "Writes the root file system of a container, running or not, as a tar.",
            "Of volumes and other mounts only the place is in it."
        })
final class ExportCommand extends CommandBase implements Callable<Integer> {
    private static final long SECONDS = 24 * 3600;

    @Parameters(paramLabel = "CONTAINER", description = "Id of a container, or its beginning.")
    private String container = "";

    @Option(
            names = {"-f", "--file"},
            paramLabel = "FILE",
            required = true,
            description = "Where to; - is the standard output.")
    private String file = "";

    @Override
    public Integer call() throws IOException {
        try (Daemon daemon = connectNode()) {
            long bytes = Transfers.receive(
                    daemon.node(SECONDS)
                            .exportContainer(ExportContainerRequest.newBuilder()
                                    .setContainerId(container)
                                    .build()),
                    file);
            if (!file.equals("-")) {
                output().fields("file", file, "bytes", bytes);
            }
            return 0;
        }
    }
}
