package io.windlass.cri.grpc;

import io.windlass.cri.mapping.ImageMapping;
import io.windlass.cri.mapping.StatsMapping;
import io.windlass.cri.server.RpcTable;
import io.windlass.cri.v1.ImageFilter;
import io.windlass.cri.v1.ImageFsInfoRequest;
import io.windlass.cri.v1.ImageFsInfoResponse;
import io.windlass.cri.v1.ImageServiceGrpc;
import io.windlass.cri.v1.ImageSpec;
import io.windlass.cri.v1.ImageStatusRequest;
import io.windlass.cri.v1.ImageStatusResponse;
import io.windlass.cri.v1.ListImagesRequest;
import io.windlass.cri.v1.ListImagesResponse;
import io.windlass.cri.v1.PullImageRequest;
import io.windlass.cri.v1.PullImageResponse;
import io.windlass.cri.v1.RemoveImageRequest;
import io.windlass.cri.v1.RemoveImageResponse;
import io.windlass.cri.v1.StreamImagesRequest;
import io.windlass.cri.v1.StreamImagesResponse;
import io.windlass.fault.Fault;
import io.windlass.image.FsUsage;
import io.windlass.image.Image;
import io.windlass.image.ImageService;
import io.windlass.image.progress.Pull;
import io.windlass.image.reference.ImageReference;
import io.windlass.pod.model.FilesystemUsage;
import io.windlass.pod.model.RuntimeHandlers;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** The RPCs about images. Thread-safe. */
public final class ImageEndpoint implements RpcTable.Endpoint {
    private final ImageService images;
    private final Supplier<Optional<FilesystemUsage>> writableLayers;

    /** {@code writableLayers} tells what those of all containers take; empty without any. */
    public ImageEndpoint(ImageService images, Supplier<Optional<FilesystemUsage>> writableLayers) {
        this.images = images;
        this.writableLayers = writableLayers;
    }

    @Override
    public void register(RpcTable table) {
        table.unary(ImageServiceGrpc.getListImagesMethod(), this::list).stream(
                        ImageServiceGrpc.getStreamImagesMethod(), this::stream)
                .unary(ImageServiceGrpc.getImageStatusMethod(), this::status)
                .unary(ImageServiceGrpc.getPullImageMethod(), this::pull)
                .unary(ImageServiceGrpc.getRemoveImageMethod(), this::remove)
                .unary(ImageServiceGrpc.getImageFsInfoMethod(), this::fsInfo);
    }

    private ListImagesResponse list(ListImagesRequest request) {
        return ListImagesResponse.newBuilder()
                .addAllImages(find(request.getFilter()))
                .build();
    }

    private void stream(StreamImagesRequest request, Consumer<StreamImagesResponse> sink) {
        Batches.send(
                find(request.getFilter()),
                batch -> sink.accept(
                        StreamImagesResponse.newBuilder().addAllImages(batch).build()));
    }

    private ImageStatusResponse status(ImageStatusRequest request) {
        ImageStatusResponse.Builder answer = ImageStatusResponse.newBuilder();
        images.find(name("show", request.getImage())).ifPresent(image -> {
            answer.setImage(ImageMapping.toWire(image));
            if (request.getVerbose()) {
                answer.putInfo("info", ImageJson.of(image));
            }
        });
        return answer.build();
    }

    private PullImageResponse pull(PullImageRequest request) {
        ImageReference reference = images.reference(name("pull", request.getImage()));
        // Of the pod, which may be empty, only the namespace matters: it may have a signature policy of its own.
        String namespace = request.getSandboxConfig().getMetadata().getNamespace();
        String id = images.pull(
                        reference, ImageMapping.fromWire(request.getAuth()), namespace, new Pull(reference.toString()))
                .toString();
        return PullImageResponse.newBuilder().setImageRef(id).build();
    }

    private RemoveImageResponse remove(RemoveImageRequest request) {
        images.remove(name("remove", request.getImage()));
        return RemoveImageResponse.getDefaultInstance();
    }

    private ImageFsInfoResponse fsInfo(ImageFsInfoRequest request) {
        FsUsage taken = images.fsInfo();
        FilesystemUsage containers = writableLayers
                .get()
                .orElseGet(
                        () -> new FilesystemUsage(taken.at(), taken.mountpoint().toString(), 0, 0));
        return ImageFsInfoResponse.newBuilder()
                .addImageFilesystems(ImageMapping.toWire(taken))
                .addContainerFilesystems(StatsMapping.filesystem(containers))
                .build();
    }

    private List<io.windlass.cri.v1.Image> find(ImageFilter filter) {
        check("list", filter.getImage());
        String wanted = filter.getImage().getImage();
        List<Image> found = wanted.isEmpty()
                ? images.list()
                : Optional.of(wanted).flatMap(images::find).stream().toList();
        return found.stream().map(ImageMapping::toWire).toList();
    }

    private static String name(String verb, ImageSpec spec) {
        if (spec.getImage().isEmpty()) {
            throw Fault.invalid("cannot " + verb + " image: field image.image is empty");
        }
        check(verb, spec);
        return spec.getImage();
    }

    private static void check(String verb, ImageSpec spec) {
        if (!RuntimeHandlers.NAMES.contains(spec.getRuntimeHandler())) {
            throw Fault.invalid("cannot " + verb + " image " + spec.getImage() + ": there is no runtime handler "
                    + spec.getRuntimeHandler());
        }
        if (!spec.getImageRef().isEmpty()) {
            throw Fault.invalid("cannot " + verb + " image " + spec.getImage()
                    + ": field image.image_ref is for the mounts of containers");
        }
    }
}
