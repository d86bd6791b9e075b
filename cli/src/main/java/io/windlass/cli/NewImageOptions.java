package io.windlass.cli;

import io.windlass.node.v1.NewImage;
import java.util.List;
import picocli.CommandLine.Option;

/** What can be said of an image that is made. */
final class NewImageOptions {
    @Option(
            names = {"-c", "--change"},
            paramLabel = "LINE",
            description = {
                "How the image is run, as in a Dockerfile; can be given several times:",
                "CMD, ENTRYPOINT, ENV, WORKDIR, USER, LABEL, EXPOSE, STOPSIGNAL."
            })
    private List<String> changes = List.of();

    @Option(names = "--author", paramLabel = "NAME", description = "Who made it.")
    private String author = "";

    @Option(
            names = {"-m", "--message"},
            paramLabel = "TEXT",
            description = "What its history says of the new layer.")
    private String message = "";

    NewImage image(String reference) {
        return NewImage.newBuilder()
                .setReference(reference)
                .addAllChanges(changes)
                .setAuthor(author)
                .setComment(message)
                .build();
    }
}
