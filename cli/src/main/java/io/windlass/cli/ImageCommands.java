package io.windlass.cli;

import io.windlass.cri.v1.Image;
import io.windlass.cri.v1.ImageSpec;
import io.windlass.cri.v1.ListImagesRequest;
import io.windlass.cri.v1.ListImagesResponse;
import io.windlass.cri.v1.PullImageRequest;
import io.windlass.cri.v1.PullImageResponse;
import io.windlass.cri.v1.RemoveImageRequest;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(name = "images", description = "Pulls, lists and removes images.", synopsisSubcommandLabel = "COMMAND")
final class ImageCommands extends CommandBase.Group {
    private static final long PULL_SECONDS = 3600;

    @Command(name = "ls", description = "Lists the images on this node.")
    int list() {
        try (Daemon daemon = connect()) {
            ListImagesResponse images = daemon.images(30).listImages(ListImagesRequest.getDefaultInstance());
            Output.Table table = new Output.Table("ID", "SIZE", "TAGS");
            for (Image image : images.getImagesList()) {
                List<String> names =
                        image.getRepoTagsCount() > 0 ? image.getRepoTagsList() : image.getRepoDigestsList();
                table.row(
                        Output.shortId(image.getId().replace("sha256:", "")), image.getSize(), String.join(" ", names));
            }
            output().print(images, table);
            return 0;
        }
    }

    @Command(name = "pull", description = "Pulls an image.")
    int pull(@Parameters(paramLabel = "REFERENCE", description = "name[:tag][@digest]") String reference) {
        try (Daemon daemon = connect()) {
            PullImageResponse pulled = daemon.images(PULL_SECONDS)
                    .pullImage(PullImageRequest.newBuilder()
                            .setImage(image(reference))
                            .build());
            output().print(pulled, new Output.Table("IMAGE").row(pulled.getImageRef()));
            return 0;
        }
    }

    @Command(name = "rm", description = "Removes images: every tag of them, and the layers that nothing else uses.")
    int remove(@Parameters(paramLabel = "REFERENCE", arity = "1..*") List<String> references) {
        try (Daemon daemon = connect()) {
            for (String reference : references) {
                daemon.images(60)
                        .removeImage(RemoveImageRequest.newBuilder()
                                .setImage(image(reference))
                                .build());
            }
            return 0;
        }
    }

    static ImageSpec image(String reference) {
        return ImageSpec.newBuilder().setImage(reference).build();
    }
}
