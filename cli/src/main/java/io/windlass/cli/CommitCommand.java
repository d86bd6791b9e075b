package io.windlass.cli;

import io.windlass.node.v1.CommitContainerRequest;
import io.windlass.node.v1.MakeImageResponse;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Makes an image of a container. */
@Command(
        name = "commit",
        description = {
            "Makes an image of what a container, running or not, has changed: its own image with one layer more.",
            "Its volumes are not in the image. Its processes stand still meanwhile."
        })
final class CommitCommand extends CommandBase implements Callable<Integer> {
    private static final long SECONDS = 24 * 3600;

    @Parameters(index = "0", paramLabel = "CONTAINER", description = "Id of a container, or its beginning.")
    private String container = "";

    @Parameters(index = "1", paramLabel = "REFERENCE", description = "The image's name.")
    private String reference = "";

    @Option(
            names = "--no-pause",
            description = "Let its processes go on; what they write at that moment may be half there.")
    private boolean noPause;

    @Mixin
    private NewImageOptions options = new NewImageOptions();

    @Override
    public Integer call() {
        try (Daemon daemon = connectNode()) {
            MakeImageResponse made = daemon.node(SECONDS)
                    .commitContainer(CommitContainerRequest.newBuilder()
                            .setContainerId(container)
                            .setImage(options.image(reference))
                            .setNoPause(noPause)
                            .build());
            output().print(made, new Output.Table("IMAGE").row(made.getId()));
            return 0;
        }
    }
}
