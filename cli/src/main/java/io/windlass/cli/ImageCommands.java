package io.windlass.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.windlass.cri.v1.Image;
import io.windlass.cri.v1.ImageSpec;
import io.windlass.cri.v1.ListImagesRequest;
import io.windlass.cri.v1.ListImagesResponse;
import io.windlass.cri.v1.RemoveImageRequest;
import io.windlass.node.v1.Chunk;
import io.windlass.node.v1.ImageDamage;
import io.windlass.node.v1.ImageStep;
import io.windlass.node.v1.ImportImageRequest;
import io.windlass.node.v1.InspectImageRequest;
import io.windlass.node.v1.InspectImageResponse;
import io.windlass.node.v1.LoadImagesResponse;
import io.windlass.node.v1.LoadedImage;
import io.windlass.node.v1.MakeImageResponse;
import io.windlass.node.v1.PruneImagesRequest;
import io.windlass.node.v1.PruneImagesResponse;
import io.windlass.node.v1.PullImageProgress;
import io.windlass.node.v1.PullImageRequest;
import io.windlass.node.v1.PushImageRequest;
import io.windlass.node.v1.PushImageResponse;
import io.windlass.node.v1.SaveImagesRequest;
import io.windlass.node.v1.VerifyImagesRequest;
import io.windlass.node.v1.VerifyImagesResponse;
import java.io.IOException;
import java.io.InputStream;
import java.util.Iterator;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "images",
        description = "Pulls, lists, pushes, saves, loads and removes images.",
        synopsisSubcommandLabel = "COMMAND")
final class ImageCommands extends CommandBase.Group {
    private static final long TRANSFER_SECONDS = 24 * 3600;

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

    @Command(
            name = "pull",
            description = {
                "Pulls an image, and shows on a terminal how far it is.",
                "Without --username the node's own credentials are used."
            })
    int pull(
            @Parameters(paramLabel = "REFERENCE", description = "name[:tag][@digest]") String reference,
            @Option(
                            names = "--explain",
                            description =
                                    "Print every request that was made: where to, with what credentials, and how it went.")
                    boolean explain,
            @Mixin LoginOptions login)
            throws IOException {
        PullImageRequest.Builder request = PullImageRequest.newBuilder().setImage(reference);
        login.credentials(spec.commandLine()).ifPresent(request::setCredentials);
        PullImageProgress last = PullImageProgress.getDefaultInstance();
        ProgressLine line = new ProgressLine(spec.commandLine().getErr());
        try (Daemon daemon = connectNode()) {
            Iterator<PullImageProgress> progress = daemon.node(TRANSFER_SECONDS).pullImage(request.build());
            while (progress.hasNext()) {
                last = progress.next();
                line.show(last);
            }
        } finally {
            line.clear();
            if (explain && (!output().isJson() || last.getImageRef().isEmpty())) {
                output().print(last, explained(last));
            }
        }
        Output.Table table = new Output.Table("IMAGE").row(last.getImageRef());
        output().print(explain ? last : last.toBuilder().clearRequests(), table);
        return 0;
    }

    private static Output.Table explained(PullImageProgress pull) {
        Output.Table table = new Output.Table(
                "SERVER", "SERVER-FROM", "OBJECT", "AUTH", "AUTH-FROM", "STATUS", "PROTOCOL", "BYTES", "MS", "FAILURE");
        pull.getRequestsList()
                .forEach(request -> table.row(
                        request.getServer(),
                        request.getServerFrom(),
                        request.getObject(),
                        request.getAuth(),
                        request.getCredentialsFrom(),
                        request.getStatus(),
                        request.getProtocol(),
                        request.getBytes(),
                        request.getMilliseconds(),
                        request.getFailure()));
        return table;
    }

    @Command(name = "rm", description = "Removes images: every tag of them, and the layers that nothing else uses.")
    int remove(
            @Parameters(paramLabel = "REFERENCE", arity = "1..*", description = "Names or ids of images.")
                    List<String> references) {
        try (Daemon daemon = connect()) {
            for (String reference : references) {
                daemon.images(60)
                        .removeImage(RemoveImageRequest.newBuilder()
                                .setImage(image(reference))
                                .build());
            }
            output().changed("removed", references);
            return 0;
        }
    }

    @Command(
            name = "push",
            description = {
                "Sends an image to a registry: what is not there yet, layers of its other repositories without sending them.",
                "Without --username the node's own credentials are used."
            })
    int push(
            @Parameters(paramLabel = "REFERENCE", description = "Name or id of an image of this node.")
                    String reference,
            @Option(
                            names = "--to",
                            paramLabel = "DESTINATION",
                            description = "Reference that it gets there (default: its own name).")
                    String destination,
            @Mixin LoginOptions login)
            throws IOException {
        PushImageRequest.Builder request = PushImageRequest.newBuilder()
                .setImage(reference)
                .setDestination(destination == null ? "" : destination);
        login.credentials(spec.commandLine()).ifPresent(request::setCredentials);
        try (Daemon daemon = connectNode()) {
            PushImageResponse pushed = daemon.node(TRANSFER_SECONDS).pushImage(request.build());
            if (pushed.getLeftOut() > 0) {
                spec.commandLine()
                        .getErr()
                        .printf(
                                "windlass: %d other images of its index are not on this node; only this platform's was pushed%n",
                                pushed.getLeftOut());
            }
            output().print(
                            pushed,
                            new Output.Table("DESTINATION", "DIGEST", "SENT", "TAKEN-OVER", "THERE", "BYTES")
                                    .row(
                                            pushed.getDestination(),
                                            pushed.getDigest(),
                                            pushed.getUploaded(),
                                            pushed.getMounted(),
                                            pushed.getPresent(),
                                            pushed.getUploadedBytes()));
            return 0;
        }
    }

    @Command(
            name = "save",
            description =
                    "Writes images into one archive, an OCI image layout that docker load and podman load read too.")
    int save(
            @Parameters(paramLabel = "REFERENCE", arity = "1..*", description = "Names or ids of images of this node.")
                    List<String> references,
            @Option(
                            names = {"-f", "--file"},
                            paramLabel = "FILE",
                            required = true,
                            description = "Where to; - is the standard output.")
                    String file)
            throws IOException {
        try (Daemon daemon = connectNode()) {
            long bytes = Transfers.receive(
                    daemon.node(TRANSFER_SECONDS)
                            .saveImages(SaveImagesRequest.newBuilder()
                                    .addAllImages(references)
                                    .build()),
                    file);
            if (!file.equals("-")) {
                output().fields("file", file, "bytes", bytes);
            }
            return 0;
        }
    }

    @Command(
            name = "load",
            description = {
                "Takes images from an archive: an OCI image layout, or what docker save writes; gzip, zstd or uncompressed.",
                "Every blob is checked against its digest."
            })
    int load(
            @Option(
                            names = {"-i", "--input"},
                            paramLabel = "FILE",
                            required = true,
                            description = "The archive; - is the standard input.")
                    String file)
            throws IOException {
        try (Daemon daemon = connectNode();
                InputStream archive = Transfers.open(file)) {
            LoadImagesResponse loaded = Transfers.send(
                    daemon.nodeStreams(TRANSFER_SECONDS).loadImages(),
                    archive,
                    data -> Chunk.newBuilder().setData(data).build());
            output().print(loaded, table(loaded.getImagesList()));
            return 0;
        }
    }

    @Command(
            name = "import",
            description = {
                "Makes an image of one layer of the tar of a root file system; gzip, zstd or uncompressed.",
                "For archives of images there is load."
            })
    int importRoot(
            @Parameters(index = "0", paramLabel = "FILE", description = "The archive; - is the standard input.")
                    String file,
            @Parameters(index = "1", paramLabel = "REFERENCE", description = "The image's name.") String reference,
            @Mixin NewImageOptions options)
            throws IOException {
        try (Daemon daemon = connectNode();
                InputStream archive = Transfers.open(file)) {
            MakeImageResponse made = Transfers.send(
                    daemon.nodeStreams(TRANSFER_SECONDS).importImage(),
                    ImportImageRequest.newBuilder()
                            .setImage(options.image(reference))
                            .build(),
                    archive,
                    data -> ImportImageRequest.newBuilder().setData(data).build());
            output().print(made, new Output.Table("IMAGE").row(made.getId()));
            return 0;
        }
    }

    @Command(
            name = "prune",
            description = "Removes the images that no container was made from and that the configuration does not pin.")
    int prune(@Option(names = "--dry-run", description = "Only tell which ones.") boolean dryRun) {
        try (Daemon daemon = connectNode()) {
            PruneImagesResponse pruned = daemon.node(600)
                    .pruneImages(
                            PruneImagesRequest.newBuilder().setDryRun(dryRun).build());
            output().print(pruned, table(pruned.getImagesList()));
            return 0;
        }
    }

    @Command(
            name = "verify",
            description = {
                "Examines the whole store of images: hashes blobs, compares unpacked layers with their archives.",
                "Ends with 1 when something is bad and was not repaired."
            })
    int verify(
            @Option(names = "--repair", description = "Remove what is bad, and fetch that again.") boolean repair,
            @Option(names = "--skip-trees", description = "Do not compare unpacked layers file by file.")
                    boolean skipTrees) {
        try (Daemon daemon = connectNode()) {
            VerifyImagesResponse report = daemon.node(TRANSFER_SECONDS)
                    .verifyImages(VerifyImagesRequest.newBuilder()
                            .setRepair(repair)
                            .setSkipTrees(skipTrees)
                            .build());
            Output.Table table = new Output.Table("SUBJECT", "KIND", "NAME", "REPAIR", "DETAIL", "IMAGES");
            for (ImageDamage damage : report.getDamagesList()) {
                table.row(
                        damage.getSubject(),
                        damage.getKind(),
                        damage.getName(),
                        damage.getRepair(),
                        damage.getRepairDetail().isEmpty() ? damage.getDetail() : damage.getRepairDetail(),
                        String.join(" ", damage.getImagesList()));
            }
            output().print(report, table);
            boolean whole = report.getDamagesList().stream()
                    .allMatch(damage -> damage.getRepair().equals("DONE"));
            return whole ? 0 : 1;
        }
    }

    @Command(name = "inspect", description = "Prints an image's manifest, config and history, as JSON.")
    int inspect(@Parameters(paramLabel = "REFERENCE", description = "Name or id of an image.") String reference)
            throws JsonProcessingException {
        try (Daemon daemon = connectNode()) {
            InspectImageResponse image = inspect(daemon, reference);
            ObjectMapper json = new ObjectMapper();
            ObjectNode shown = json.createObjectNode();
            shown.put("id", image.getId()).put("size", image.getSize());
            image.getNamesList().forEach(shown.putArray("names")::add);
            shown.set("manifest", json.readTree(image.getManifest()));
            shown.set("config", json.readTree(image.getConfig()));
            output().line(json.writerWithDefaultPrettyPrinter().writeValueAsString(shown));
            return 0;
        }
    }

    @Command(name = "history", description = "Prints the steps of an image's making, the last one first.")
    int history(@Parameters(paramLabel = "REFERENCE", description = "Name or id of an image.") String reference) {
        try (Daemon daemon = connectNode()) {
            InspectImageResponse image = inspect(daemon, reference);
            Output.Table table = new Output.Table("CREATED", "SIZE", "CREATED-BY", "COMMENT");
            for (ImageStep step : image.getHistoryList().reversed()) {
                table.row(step.getCreated(), step.getSize(), step.getCreatedBy(), step.getComment());
            }
            output().print(image, table);
            return 0;
        }
    }

    private static InspectImageResponse inspect(Daemon daemon, String reference) {
        return daemon.node(30)
                .inspectImage(
                        InspectImageRequest.newBuilder().setImage(reference).build());
    }

    private static Output.Table table(List<LoadedImage> images) {
        Output.Table table = new Output.Table("ID", "NAMES");
        images.forEach(image -> table.row(
                Output.shortId(image.getId().replace("sha256:", "")), String.join(" ", image.getNamesList())));
        return table;
    }

    static ImageSpec image(String reference) {
        return ImageSpec.newBuilder().setImage(reference).build();
    }
}
