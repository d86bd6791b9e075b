package io.windlass.cli;

import io.windlass.cri.v1.VersionRequest;
import io.windlass.cri.v1.VersionResponse;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

@Command(name = "version", description = "Prints the daemon's name and version.")
final class VersionCommand implements Callable<Integer> {
    @ParentCommand
    private Windlass windlass = new Windlass();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        try (Daemon daemon = windlass.connect()) {
            VersionResponse version = daemon.runtime(10).version(VersionRequest.getDefaultInstance());
            windlass.output(spec)
                    .print(
                            version,
                            new Output.Table("RUNTIME", "VERSION", "CRI")
                                    .row(
                                            version.getRuntimeName(),
                                            version.getRuntimeVersion(),
                                            version.getRuntimeApiVersion()));
            return 0;
        }
    }
}
