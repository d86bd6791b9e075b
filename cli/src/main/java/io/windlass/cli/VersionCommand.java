package io.windlass.cli;

import io.windlass.cri.v1.VersionRequest;
import io.windlass.cri.v1.VersionResponse;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

@Command(name = "version", description = "Prints the daemon's name and version.")
final class VersionCommand extends CommandBase implements Callable<Integer> {
    @Override
    public Integer call() {
        try (Daemon daemon = connect()) {
            VersionResponse version = daemon.runtime(10).version(VersionRequest.getDefaultInstance());
            output().print(
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
