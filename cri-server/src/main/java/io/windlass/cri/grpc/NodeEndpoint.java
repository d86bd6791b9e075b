package io.windlass.cri.grpc;

import com.google.protobuf.UnsafeByteOperations;
import io.windlass.cri.server.RpcTable;
import io.windlass.fault.Fault;
import io.windlass.image.ContainerFiles;
import io.windlass.image.Image;
import io.windlass.image.ImageDetails;
import io.windlass.image.ImageService;
import io.windlass.image.Pushed;
import io.windlass.image.Standstill;
import io.windlass.image.reference.ImageId;
import io.windlass.image.registry.RegistryAuth;
import io.windlass.image.unpack.IdShift;
import io.windlass.image.verify.Damage;
import io.windlass.image.verify.StoreReport;
import io.windlass.image.verify.VerifyOptions;
import io.windlass.node.v1.Chunk;
import io.windlass.node.v1.CommitContainerRequest;
import io.windlass.node.v1.ContainerChange;
import io.windlass.node.v1.ContainerChangesRequest;
import io.windlass.node.v1.CopyFromContainerRequest;
import io.windlass.node.v1.CopyTarget;
import io.windlass.node.v1.CopyToContainerRequest;
import io.windlass.node.v1.CopyToContainerResponse;
import io.windlass.node.v1.Credentials;
import io.windlass.node.v1.ExportContainerRequest;
import io.windlass.node.v1.FindPathRequest;
import io.windlass.node.v1.FindPathResponse;
import io.windlass.node.v1.ImageStep;
import io.windlass.node.v1.ImportImageRequest;
import io.windlass.node.v1.InspectImageRequest;
import io.windlass.node.v1.InspectImageResponse;
import io.windlass.node.v1.LoadImagesResponse;
import io.windlass.node.v1.LoadedImage;
import io.windlass.node.v1.MakeImageResponse;
import io.windlass.node.v1.NewImage;
import io.windlass.node.v1.NodeServiceGrpc;
import io.windlass.node.v1.PruneImagesRequest;
import io.windlass.node.v1.PruneImagesResponse;
import io.windlass.node.v1.PullImageProgress;
import io.windlass.node.v1.PullImageRequest;
import io.windlass.node.v1.PushImageRequest;
import io.windlass.node.v1.PushImageResponse;
import io.windlass.node.v1.SaveImagesRequest;
import io.windlass.node.v1.VerifyImagesRequest;
import io.windlass.node.v1.VerifyImagesResponse;
import io.windlass.pod.Pods;
import io.windlass.pod.model.ContainerId;
import io.windlass.pod.model.ContainerState;
import io.windlass.pod.model.IdMapping;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** The RPCs of the operator's API. Thread-safe. */
public final class NodeEndpoint implements RpcTable.Endpoint {
    private static final int CHUNK = 256 << 10;

    private final ImageService images;
    private final Pods pods;

    public NodeEndpoint(ImageService images, Pods pods) {
        this.images = images;
        this.pods = pods;
    }

    @Override
    public void register(RpcTable table) {
        table.stream(NodeServiceGrpc.getPullImageMethod(), this::pull)
                .unary(NodeServiceGrpc.getPushImageMethod(), this::push)
                .stream(NodeServiceGrpc.getSaveImagesMethod(), this::save)
                .upload(NodeServiceGrpc.getLoadImagesMethod(), this::load)
                .unary(NodeServiceGrpc.getPruneImagesMethod(), this::prune)
                .unary(NodeServiceGrpc.getVerifyImagesMethod(), this::verify)
                .unary(NodeServiceGrpc.getInspectImageMethod(), this::inspect)
                .upload(NodeServiceGrpc.getImportImageMethod(), this::importImage)
                .unary(NodeServiceGrpc.getCommitContainerMethod(), this::commit)
                .stream(NodeServiceGrpc.getExportContainerMethod(), this::export)
                .unary(NodeServiceGrpc.getFindPathMethod(), this::findPath)
                .stream(NodeServiceGrpc.getCopyFromContainerMethod(), this::copyFrom)
                .upload(NodeServiceGrpc.getCopyToContainerMethod(), this::copyTo)
                .stream(NodeServiceGrpc.getContainerChangesMethod(), this::changes);
    }

    private void pull(PullImageRequest request, Consumer<PullImageProgress> sink) {
        String image = required("pull", "image", request.getImage());
        new FollowedPull(images, images.reference(image), auth(request.getCredentials())).follow(sink);
    }

    private PushImageResponse push(PushImageRequest request) {
        String image = required("push", "image", request.getImage());
        Optional<String> destination = Optional.of(request.getDestination()).filter(text -> !text.isEmpty());
        Pushed pushed = images.push(image, destination, auth(request.getCredentials()));
        return PushImageResponse.newBuilder()
                .setDestination(pushed.destination().toString())
                .setDigest(pushed.digest().toString())
                .setUploaded(pushed.uploaded())
                .setMounted(pushed.mounted())
                .setPresent(pushed.present())
                .setUploadedBytes(pushed.bytes())
                .setLeftOut(pushed.leftOut())
                .build();
    }

    private static RegistryAuth auth(Credentials given) {
        return given.getUsername().isEmpty()
                ? RegistryAuth.ANONYMOUS
                : RegistryAuth.basic(given.getUsername(), given.getPassword());
    }

    private void save(SaveImagesRequest request, Consumer<Chunk> sink) {
        if (request.getImagesList().isEmpty()) {
            throw Fault.invalid("cannot save images: field images names none");
        }
        send("save images", sink, archive -> images.save(request.getImagesList(), archive));
    }

    private static void send(String what, Consumer<Chunk> sink, Consumer<OutputStream> write) {
        try (OutputStream chunks = new BufferedOutputStream(new Chunks(sink), CHUNK)) {
            write.accept(chunks);
        } catch (IOException e) {
            throw Fault.internal("cannot " + what + ": " + e.getMessage(), e);
        }
    }

    private void export(ExportContainerRequest request, Consumer<Chunk> sink) {
        ContainerId id = container("export", request.getContainerId());
        OptionalLong process = process("export", id);
        send("export container " + id, sink, archive -> images.export(id.value(), process, archive));
    }

    /** The number of the container's process, if it runs. */
    private OptionalLong process(String verb, ContainerId id) {
        return switch (pods.store().container(id.value()).state()) {
            case ContainerState.Created(var created) -> OptionalLong.of(created.pid());
            case ContainerState.Running(var running, var _) -> OptionalLong.of(running.pid());
            case ContainerState.Exited _ -> OptionalLong.empty();
            case ContainerState.Unknown(var reason) ->
                throw Fault.precondition(
                        "cannot " + verb + " container " + id + ": nothing tells whether it runs: " + reason);
        };
    }

    private ContainerFiles.Owner owner(String verb, String containerId) {
        ContainerId id = container(verb, containerId);
        IdShift ids = pods.store()
                .sandbox(pods.store()
                        .container(id.value())
                        .definition()
                        .sandboxId()
                        .value())
                .definition()
                .namespaces()
                .ownUser()
                .map(user -> new IdShift(ranges(user.uids()), ranges(user.gids())))
                .orElse(IdShift.NONE);
        return new ContainerFiles.Owner(id.value(), process(verb, id), ids);
    }

    private static List<IdShift.Range> ranges(List<IdMapping> mappings) {
        return mappings.stream()
                .map(one -> new IdShift.Range(one.containerId(), one.hostId(), one.length()))
                .toList();
    }

    private FindPathResponse findPath(FindPathRequest request) {
        ContainerFiles.Found found = images.files()
                .find(
                        owner("look into", request.getContainerId()),
                        required("look into a container", "path", request.getPath()),
                        request.getFollow());
        return FindPathResponse.newBuilder()
                .setExists(found.exists())
                .setFolder(found.isFolder())
                .setSize(found.size())
                .setPath(found.path())
                .build();
    }

    private void copyFrom(CopyFromContainerRequest request, Consumer<Chunk> sink) {
        ContainerFiles.Owner owner = owner("copy from", request.getContainerId());
        String path = required("copy from a container", "path", request.getPath());
        String name = required("copy from a container", "name", request.getName());
        if (name.contains("/") || name.equals("..")) {
            throw Fault.invalid("cannot copy from a container: field name is no name of a file: " + name);
        }
        send(
                "copy from container " + owner.id(),
                sink,
                archive -> images.files().pack(owner, path, request.getFollow(), name, archive));
    }

    private CopyToContainerResponse copyTo(Supplier<Optional<CopyToContainerRequest>> requests) {
        CopyTarget target = requests.get()
                .orElseGet(CopyToContainerRequest::getDefaultInstance)
                .getTarget();
        ContainerFiles.Owner owner = owner("copy to", target.getContainerId());
        String folder = required("copy to a container", "target.folder", target.getFolder());
        ChunkStream archive = new ChunkStream(() -> requests.get().map(CopyToContainerRequest::getData));
        return CopyToContainerResponse.newBuilder()
                .setFiles(images.files().unpack(owner, folder, target.getOwners(), archive))
                .build();
    }

    private LoadImagesResponse load(Supplier<Optional<Chunk>> requests) {
        LoadImagesResponse.Builder answer = LoadImagesResponse.newBuilder();
        images.load(new ChunkStream(() -> requests.get().map(Chunk::getData)))
                .forEach(loaded -> answer.addImages(
                        LoadedImage.newBuilder().setId(loaded.id().toString()).addAllNames(loaded.names())));
        return answer.build();
    }

    private PruneImagesResponse prune(PruneImagesRequest request) {
        List<Image> unused = images.unused();
        long before = images.fsInfo().bytes();
        if (!request.getDryRun()) {
            unused.forEach(image -> images.remove(image.id().toString()));
        }
        PruneImagesResponse.Builder answer = PruneImagesResponse.newBuilder()
                .setFreedBytes(Math.max(0, before - images.fsInfo().bytes()));
        unused.forEach(image -> answer.addImages(LoadedImage.newBuilder()
                .setId(image.id().toString())
                .addAllNames(Stream.concat(image.repoTags().stream(), image.repoDigests().stream())
                        .toList())));
        return answer.build();
    }

    private VerifyImagesResponse verify(VerifyImagesRequest request) {
        StoreReport report = images.verify(
                new VerifyOptions(request.getRepair(), !request.getSkipTrees(), auth(request.getCredentials())));
        VerifyImagesResponse.Builder answer = VerifyImagesResponse.newBuilder()
                .setBlobs(report.blobs())
                .setBytes(report.bytes())
                .setLayers(report.layers())
                .setLayersCompared(report.layersCompared())
                .setNotKept(report.notKept().size());
        for (Damage damage : report.damages()) {
            answer.addDamagesBuilder()
                    .setSubject(damage.subject().name())
                    .setKind(damage.kind().name())
                    .setName(damage.name())
                    .setDetail(damage.detail())
                    .addAllImages(damage.images())
                    .setRepair(damage.repair().name())
                    .setRepairDetail(damage.repairDetail());
        }
        return answer.build();
    }

    private InspectImageResponse inspect(InspectImageRequest request) {
        ImageDetails details = images.inspect(required("inspect", "image", request.getImage()));
        InspectImageResponse.Builder answer = InspectImageResponse.newBuilder()
                .setId(details.id().toString())
                .addAllNames(details.names())
                .setSize(details.size())
                .setManifest(details.manifest())
                .setConfig(details.config());
        for (ImageDetails.Step step : details.history()) {
            ImageStep.Builder shown = answer.addHistoryBuilder()
                    .setCreated(step.created())
                    .setCreatedBy(step.createdBy())
                    .setComment(step.comment());
            step.layer()
                    .ifPresent(layer ->
                            shown.setSize(layer.size()).setLayer(layer.digest().toString()));
        }
        return answer.build();
    }

    private MakeImageResponse importImage(Supplier<Optional<ImportImageRequest>> requests) {
        NewImage image =
                requests.get().orElseGet(ImportImageRequest::getDefaultInstance).getImage();
        String reference = required("import image", "image.reference", image.getReference());
        ChunkStream archive = new ChunkStream(() -> requests.get().map(ImportImageRequest::getData));
        return made(images.importRoot(archive, reference, said(image)));
    }

    private MakeImageResponse commit(CommitContainerRequest request) {
        ContainerId id = container("make an image of", request.getContainerId());
        NewImage image = request.getImage();
        String reference = required("commit container " + id, "image.reference", image.getReference());
        Standstill standstill = request.getNoPause()
                ? Standstill.NONE
                : work -> pods.holdContainer().whileHeld(id.value(), work);
        return made(images.commit(id.value(), reference, said(image), standstill));
    }

    private static io.windlass.image.NewImage said(NewImage image) {
        return new io.windlass.image.NewImage(image.getChangesList(), image.getAuthor(), image.getComment());
    }

    private static MakeImageResponse made(ImageId id) {
        return MakeImageResponse.newBuilder().setId(id.toString()).build();
    }

    private ContainerId container(String verb, String id) {
        return pods.store()
                .container(required(verb + " a container", "container_id", id))
                .id();
    }

    private void changes(ContainerChangesRequest request, Consumer<ContainerChange> sink) {
        ContainerId id = container("compare", request.getContainerId());
        images.snapshots()
                .find(id.value())
                .orElseThrow(() -> Fault.precondition("cannot compare container " + id + ": it has no files any more"))
                .changes(change -> sink.accept(ContainerChange.newBuilder()
                        .setKind(ContainerChange.Kind.valueOf(change.kind().name()))
                        .setPath(change.path())
                        .build()));
    }

    private static String required(String verb, String field, String value) {
        if (value.isEmpty()) {
            throw Fault.invalid("cannot " + verb + ": field " + field + " is empty");
        }
        return value;
    }

    /** Sends what is written, in pieces as large as they come. */
    private static final class Chunks extends OutputStream {
        private final Consumer<Chunk> sink;

        Chunks(Consumer<Chunk> sink) {
            this.sink = sink;
        }

        @Override
        public void write(int value) {
            write(new byte[] {(byte) value}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) {
            byte[] own = java.util.Arrays.copyOfRange(bytes, offset, offset + length);
            sink.accept(Chunk.newBuilder()
                    .setData(UnsafeByteOperations.unsafeWrap(own))
                    .build());
        }
    }
}
