package io.windlass.image;

import io.windlass.fault.Fault;
import io.windlass.image.archive.FolderArchive;
import io.windlass.image.content.ContentStore;
import io.windlass.image.content.StoreLayout;
import io.windlass.image.content.Trash;
import io.windlass.image.credentials.NodeKeychain;
import io.windlass.image.hosts.Flaw;
import io.windlass.image.hosts.RegistryHosts;
import io.windlass.image.progress.Pull;
import io.windlass.image.progress.Pulls;
import io.windlass.image.reference.ImageId;
import io.windlass.image.reference.ImageReference;
import io.windlass.image.registry.RegistryAuth;
import io.windlass.image.registry.RegistryClient;
import io.windlass.image.snapshot.Snapshot;
import io.windlass.image.snapshot.SnapshotStore;
import io.windlass.image.snapshot.Snapshots;
import io.windlass.image.store.Collector;
import io.windlass.image.store.ImageStore;
import io.windlass.image.store.LayoutIndex;
import io.windlass.image.store.StoredImage;
import io.windlass.image.store.StoredLayer;
import io.windlass.image.verify.StoreReport;
import io.windlass.image.verify.VerifyOptions;
import io.windlass.linux.Fd;
import io.windlass.linux.OpenFlags;
import io.windlass.linux.SyscallException;
import io.windlass.linux.Syscalls;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Pattern;

/** The images of this node. Thread-safe. Only one may be open on a root folder. */
public final class ImageService implements AutoCloseable {
    private final Syscalls kernel;
    private final FolderArchive archives;
    private final ContainerFiles files;
    private final StoreLayout layout;
    private final ImageStore store;
    private final Trash trash;
    private final Collector collector;
    private final SnapshotStore snapshots;
    private final RegistryHosts hosts;
    private final RegistryClient registries;
    private final Pulls pulls = new Pulls();
    private final KeepImage keepImage;
    private final PullImage pullImage;
    private final PushImage pushImage;
    private final MakeImage makeImage;
    private final InspectImage inspectImage;
    private final SaveImages saveImages;
    private final LoadImages loadImages;
    private final VerifyImages verifyImages;
    private final LayoutIndex layoutIndex;
    private final List<Pattern> pinned;

    private ImageService(Path root, ImageConfig config, Syscalls kernel) {
        this.kernel = kernel;
        this.archives = new FolderArchive(kernel);
        this.layout = StoreLayout.create(root);
        this.store = ImageStore.open(layout);
        this.trash = new Trash(layout);
        this.collector = new Collector(layout, store, trash);
        this.snapshots = new SnapshotStore(layout, store, collector, trash, kernel);
        this.files = new ContainerFiles(kernel, snapshots);
        collector.sweep();
        ContentStore content = new ContentStore(layout, kernel);
        this.layoutIndex = new LayoutIndex(content, store);
        layoutIndex.write();
        this.hosts = new RegistryHosts(config.endpoints(), config.sources());
        this.registries = new RegistryClient(
                hosts,
                new NodeKeychain(
                        config.authFile(),
                        hosts::credentialHelpers,
                        Objects.requireNonNullElse(System.getenv("PATH"), "/usr/bin:/bin")),
                config.downloads());
        LayerFolders folders = new LayerFolders(layout, store, trash, config.limits(), kernel);
        SharedTransfers transfers = new SharedTransfers(config.parallelTransfers());
        this.keepImage = new KeepImage(
                content,
                store,
                collector,
                transfers,
                new FetchLayer(content, store, folders, config.keepBlobs()),
                new ArrangeLayers(content, store, folders, transfers),
                layoutIndex);
        this.pullImage = new PullImage(registries, config.policies(), content, keepImage);
        StoredDocuments documents = new StoredDocuments(content);
        this.pushImage = new PushImage(registries, layout, documents, collector);
        this.makeImage = new MakeImage(layout, trash, content, collector, documents, keepImage, archives);
        this.inspectImage = new InspectImage(content, documents);
        this.saveImages = new SaveImages(layout, documents, collector);
        this.loadImages = new LoadImages(layout, trash, config.limits(), content, keepImage);
        this.verifyImages = new VerifyImages(
                layout,
                content,
                store,
                collector,
                snapshots,
                folders,
                new RepairImages(layout, content, store, collector, trash, snapshots, folders, registries),
                kernel);
        this.pinned = config.pinnedImages().stream().map(ImageService::glob).toList();
    }

    /**
     * Opens the store, making it where it is new, and removes what a crash has left.
     *
     * @param root such as /var/lib/windlass; folders of other parts in it are left alone
     */
    public static ImageService open(Path root, ImageConfig config, Syscalls kernel) {
        return new ImageService(root, config, kernel);
    }

    /** A reference as users write it; a short name may be an alias of the node's. */
    public ImageReference reference(String text) {
        return hosts.parse(text);
    }

    /**
     * Pulls an image and gives it the reference's name. An interrupt of the calling thread cancels the pull, which then
     * fails with CANCELLED; nothing of a failed pull stays.
     */
    public ImageId pull(ImageReference reference, RegistryAuth auth) {
        return pull(reference, auth, new Pull(reference.toString()));
    }

    /** The same, of which {@code progress} can be asked meanwhile how it goes. */
    public ImageId pull(ImageReference reference, RegistryAuth auth, Pull progress) {
        return pull(reference, auth, "", progress);
    }

    /** The same for a pod of a namespace, which may have a signature policy of its own. */
    public ImageId pull(ImageReference reference, RegistryAuth auth, String namespace, Pull progress) {
        pulls.begin(progress);
        try {
            return pullImage.pull(reference, auth, namespace, progress);
        } finally {
            pulls.end(progress);
        }
    }

    /**
     * Sends an image to a registry.
     *
     * @param referenceOrId as for {@link #find}
     * @param destination where to; empty: under the image's own name
     */
    public Pushed push(String referenceOrId, Optional<String> destination, RegistryAuth auth) {
        SaveImages.Named named = named("push", referenceOrId);
        String to = destination
                .or(named::name)
                .orElseThrow(() -> Fault.invalid("cannot push image " + referenceOrId
                        + ": it was named by its id, so say where to (--to REGISTRY/REPOSITORY:TAG)"));
        return pushImage.push(named.image(), named.name(), reference(to), auth);
    }

    /**
     * Writes images into one archive, an OCI image layout that Docker loads too.
     *
     * @param referencesOrIds as for {@link #find}
     */
    public void save(List<String> referencesOrIds, OutputStream archive) {
        saveImages.save(
                referencesOrIds.stream().map(name -> named("save", name)).toList(), archive);
    }

    /**
     * Keeps the images of an archive, which is an OCI image layout or what {@code docker save} writes, compressed by gzip, zstd or not at
     * all.
     */
    public List<LoadedImage> load(InputStream archive) {
        return loadImages.load(archive);
    }

    /**
     * Makes an image of what a container has changed: its own image with one layer more.
     *
     * @param container which snapshot
     * @param reference the new image's name, with a tag or none
     */
    public ImageId commit(String container, String reference, NewImage made, Standstill standstill) {
        Snapshot snapshot = snapshots
                .find(container)
                .orElseThrow(() -> Fault.precondition(
                        "cannot make an image of container " + container + ": it has no files any more"));
        StoredImage base = store.image(snapshots.image(container))
                .orElseThrow(() -> Fault.precondition("cannot make an image of container " + container
                        + ": its own image was removed; pull " + snapshots.image(container) + " again"));
        return makeImage.commit(base, snapshot, reference(reference), made, standstill);
    }

    /**
     * Packs the root file system of a container.
     *
     * @param process the number of a process in it, if it runs: then its root is packed as that sees it, without what is mounted there
     * @param archive stays open
     */
    public void export(String container, OptionalLong process, OutputStream archive) {
        try {
            if (process.isEmpty()) {
                snapshots
                        .find(container)
                        .orElseThrow(() -> Fault.precondition("it has no files any more"))
                        .export(archive);
                return;
            }
            Path root = Path.of("/proc", Long.toString(process.getAsLong()), "root");
            try (Fd opened = kernel.open(root, OpenFlags.PATH | OpenFlags.DIRECTORY, 0)) {
                archives.packRoot(opened, archive);
            } catch (SyscallException e) {
                throw e.fault("cannot open " + root);
            }
        } catch (IOException e) {
            throw ContentStore.failure("export container " + container, e);
        } catch (Fault e) {
            throw e.in("cannot export container " + container);
        }
    }

    /** The files in containers. */
    public ContainerFiles files() {
        return files;
    }

    /** Makes an image of one layer, the archive of a root file system, compressed or not. */
    public ImageId importRoot(InputStream archive, String reference, NewImage made) {
        return makeImage.importRoot(archive, reference(reference), made);
    }

    /** What an image is made of. */
    public ImageDetails inspect(String referenceOrId) {
        return inspectImage.inspect(named("inspect", referenceOrId).image());
    }

    /** Images that no container was made from and nothing pins; {@link #remove} takes them by id. */
    public List<Image> unused() {
        Set<ImageId> used = snapshots.images();
        return list().stream()
                .filter(image -> !image.pinned() && !used.contains(image.id()))
                .toList();
    }

    private SaveImages.Named named(String verb, String referenceOrId) {
        StoredImage image = lookUp(referenceOrId)
                .orElseThrow(() -> Fault.notFound("cannot " + verb + " image " + referenceOrId
                        + ": it is not on this node; windlass images ls lists those that are"));
        Optional<String> name = referenceOrId.startsWith("sha256:")
                ? Optional.empty()
                : nameOf(referenceOrId).filter(image.names()::containsKey);
        return new SaveImages.Named(image, name);
    }

    private Optional<String> nameOf(String text) {
        try {
            return Optional.of(reference(text).toString());
        } catch (Fault noReference) {
            return Optional.empty();
        }
    }

    /** The pulls that are under way, and the last ones. */
    public Pulls pulls() {
        return pulls;
    }

    /** What is wrong with the node's files about registries, and what of them is not used, as far as they have been read. */
    public List<Flaw> registryRemarks() {
        return hosts.remarks();
    }

    /** All images, by id. */
    public List<Image> list() {
        return store.images().stream()
                .sorted(Comparator.comparing(image -> image.id().config()))
                .map(this::image)
                .toList();
    }

    /** An image by reference, by id with or without its algorithm, or by the beginning of an id that only one has. */
    public Optional<Image> find(String referenceOrId) {
        return lookUp(referenceOrId).map(this::image);
    }

    /** Removes an image with all its names, as CRI asks for; one that is not there is no error. Its containers keep their layers. */
    public void remove(String referenceOrId) {
        lookUp(referenceOrId).ifPresent(image -> {
            store.removeImage(image.id());
            collector.collect();
            layoutIndex.write();
        });
    }

    /**
     * Examines all of the store, while pulls go on and containers run: each blob's content, each unpacked layer, and whether there are files
     * that nothing tells of. With repair only what is bad is removed and fetched again. An interrupt of the calling thread ends it.
     */
    public StoreReport verify(VerifyOptions options) {
        StoreReport report = verifyImages.verify(options);
        if (options.repair() && !report.isClean()) {
            layoutIndex.write();
        }
        return report;
    }

    /** What content and unpacked layers take; from the records, so that asking costs nothing. */
    public FsUsage fsInfo() {
        long blobs = store.blobs().values().stream().mapToLong(Long::longValue).sum();
        long layers = store.layers().stream().mapToLong(StoredLayer::bytes).sum();
        long inodes = store.layers().stream().mapToLong(StoredLayer::inodes).sum();
        return new FsUsage(layout.root(), blobs + layers, inodes + store.blobs().size(), Instant.now());
    }

    public Snapshots snapshots() {
        return snapshots;
    }

    /** Waits until what was removed so far is deleted. */
    void awaitDeletions() throws InterruptedException {
        trash.drain();
    }

    private Optional<StoredImage> lookUp(String text) {
        String hex = text.startsWith("sha256:") ? text.substring("sha256:".length()) : text;
        boolean isHex = !hex.isEmpty() && hex.matches("[0-9a-f]{1,64}");
        if (isHex && hex.length() == 64) {
            return store.image(ImageId.parse("sha256:" + hex));
        }
        Optional<StoredImage> named = byName(text);
        return named.isPresent() || !isHex ? named : byPrefix(hex);
    }

    private Optional<StoredImage> byName(String text) {
        return nameOf(text).flatMap(store::named);
    }

    private Optional<StoredImage> byPrefix(String hex) {
        List<StoredImage> matching = store.images().stream()
                .filter(image -> image.id().config().hex().startsWith(hex))
                .limit(2)
                .toList();
        return matching.size() == 1 ? Optional.of(matching.getFirst()) : Optional.empty();
    }

    private Image image(StoredImage stored) {
        List<String> names = stored.names().keySet().stream().sorted().toList();
        return new Image(
                stored.id(),
                names.stream().filter(name -> !isDigest(name)).toList(),
                names.stream().filter(ImageService::isDigest).toList(),
                stored.size(),
                stored.config(),
                names.stream()
                        .anyMatch(name ->
                                pinned.stream().anyMatch(p -> p.matcher(name).matches())));
    }

    private static boolean isDigest(String name) {
        return name.indexOf('@') >= 0;
    }

    private static Pattern glob(String text) {
        StringBuilder pattern = new StringBuilder();
        for (String part : text.split("\\*", -1)) {
            pattern.append(pattern.isEmpty() ? "" : ".*").append(Pattern.quote(part));
        }
        return Pattern.compile(pattern.toString());
    }

    @Override
    public void close() {
        registries.close();
        trash.close();
        store.close();
    }
}
