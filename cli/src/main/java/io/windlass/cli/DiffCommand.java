package io.windlass.cli;

import io.windlass.node.v1.ContainerChange;
import io.windlass.node.v1.ContainerChangesRequest;
import java.util.Iterator;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Shows what a container has changed. */
@Command(
        name = "diff",
        description = {
            "Prints what a container, running or not, has changed of its image: A added, C changed, D deleted.",
            "With -o json one object a line."
        })
final class DiffCommand extends CommandBase implements Callable<Integer> {
    @Parameters(paramLabel = "CONTAINER", description = "Id of a container, or its beginning.")
    private String container = "";

    @Override
    public Integer call() {
        try (Daemon daemon = connectNode()) {
            Iterator<ContainerChange> changes = daemon.node(600)
                    .containerChanges(ContainerChangesRequest.newBuilder()
                            .setContainerId(container)
                            .build());
            Output output = output();
            while (changes.hasNext()) {
                ContainerChange change = changes.next();
                output.item(change, change.getKind().name().charAt(0) + " " + change.getPath());
            }
            return 0;
        }
    }
}
