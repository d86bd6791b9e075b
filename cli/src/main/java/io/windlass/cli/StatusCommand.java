package io.windlass.cli;

import io.windlass.cri.v1.StatusRequest;
import io.windlass.cri.v1.StatusResponse;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

@Command(name = "status", description = "Prints whether the runtime and its network are ready, and why not.")
final class StatusCommand extends CommandBase implements Callable<Integer> {
    @Override
    public Integer call() {
        try (Daemon daemon = connect()) {
            StatusResponse status = daemon.runtime(10)
                    .status(StatusRequest.newBuilder().setVerbose(true).build());
            Output.Table table = new Output.Table("CONDITION", "STATUS", "REASON", "MESSAGE");
            status.getStatus()
                    .getConditionsList()
                    .forEach(c -> table.row(c.getType(), c.getStatus(), c.getReason(), c.getMessage()));
            output().print(status, table);
            return 0;
        }
    }
}
