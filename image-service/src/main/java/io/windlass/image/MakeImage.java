package io.windlass.image;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.image.StagedArchive.StagedFile;
import io.windlass.image.archive.FolderArchive;
import io.windlass.image.content.ContentStore;
import io.windlass.image.content.StoreLayout;
import io.windlass.image.content.Trash;
import io.windlass.image.manifest.Descriptor;
import io.windlass.image.manifest.ImageManifest;
import io.windlass.image.manifest.ManifestReader;
import io.windlass.image.manifest.MediaTypes;
import io.windlass.image.manifest.Platform;
import io.windlass.image.reference.Digest;
import io.windlass.image.reference.DigestAlgorithm;
import io.windlass.image.reference.ImageId;
import io.windlass.image.reference.ImageReference;
import io.windlass.image.snapshot.Snapshot;
import io.windlass.image.store.Collector;
import io.windlass.image.store.StoredImage;
import io.windlass.image.unpack.LayerStreams;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;

/** Makes images of what is on this node: of what a container has changed, and of the archive of a root file system. Thread-safe. */
final class MakeImage {
    private static final JsonMapper MAPPER = new JsonMapper();
    private static final int BUFFER = 64 << 10;

    private final StoreLayout layout;
    private final Trash trash;
    private final ContentStore content;
    private final Collector collector;
    private final StoredDocuments documents;
    private final KeepImage keepImage;
    private final FolderArchive archives;

    MakeImage(
            StoreLayout layout,
            Trash trash,
            ContentStore content,
            Collector collector,
            StoredDocuments documents,
            KeepImage keepImage,
            FolderArchive archives) {
        this.layout = layout;
        this.trash = trash;
        this.content = content;
        this.collector = collector;
        this.documents = documents;
        this.keepImage = keepImage;
        this.archives = archives;
    }

    /**
     * The image of a container with one layer more.
     *
     * @param standstill runs what it is given while the container changes nothing
     */
    ImageId commit(StoredImage base, Snapshot snapshot, ImageReference name, NewImage made, Standstill standstill) {
        try (Collector.Lease _ = collector.lease(base.blobs());
                Temporary file = new Temporary(layout.newTemporary("commit"))) {
            StoredDocuments.Doc old = documents.tree(base, Optional.empty()).ownDocument();
            documents.blobs(old);
            ObjectNode config = config(base);
            // What is wrong with the changes is told before anything stands still.
            ConfigEdits.apply(object(config, "config"), made.changes());
            Packed[] layer = new Packed[1];
            standstill.run(() -> layer[0] = pack(snapshot.upper(), file.path));
            extend(config, layer[0], made, "windlass commit");
            return keep(old, config, layer[0], name);
        } catch (Fault e) {
            throw e.in("cannot make image " + name);
        }
    }

    /** An image of one layer, which is an archive that may be compressed. */
    ImageId importRoot(InputStream archive, ImageReference name, NewImage made) {
        try (Temporary file = new Temporary(layout.newTemporary("import"))) {
            ObjectNode config = JsonNodeFactory.instance.objectNode();
            Platform here = Platform.current();
            config.put("architecture", here.architecture()).put("os", here.os());
            ConfigEdits.apply(config.putObject("config"), made.changes());
            Packed layer = receive(archive, file.path);
            extend(config, layer, made, "windlass images import");
            byte[] empty = LocalBlobs.manifest(
                    new Descriptor(MediaTypes.OCI_CONFIG, Digest.sha256(new byte[0]), 0), List.of());
            return keep(
                    new StoredDocuments.Doc(Digest.sha256(empty), MediaTypes.OCI_MANIFEST, empty), config, layer, name);
        } catch (Fault e) {
            throw e.in("cannot make image " + name);
        }
    }

    private ImageId keep(StoredDocuments.Doc old, ObjectNode config, Packed layer, ImageReference name) {
        if (name.digest().isPresent()) {
            throw Fault.invalid("its digest is known only once it is made: name it by a tag");
        }
        boolean docker = old.mediaType().equals(MediaTypes.DOCKER_MANIFEST);
        byte[] configBytes = bytes(config);
        ImageManifest before = ManifestReader.manifest(old.content());
        List<Descriptor> layers = new ArrayList<>(before.layers());
        layers.add(new Descriptor(
                docker ? MediaTypes.asDocker(layer.mediaType) : layer.mediaType,
                layer.file.sha256(),
                layer.file.size()));
        Descriptor configBlob = new Descriptor(
                docker ? MediaTypes.DOCKER_CONFIG : MediaTypes.OCI_CONFIG,
                Digest.sha256(configBytes),
                configBytes.length);
        byte[] manifest =
                LocalBlobs.manifest(docker ? MediaTypes.DOCKER_MANIFEST : MediaTypes.OCI_MANIFEST, configBlob, layers);
        Digest top = Digest.sha256(manifest);
        Map<Digest, StagedFile> blobs = new HashMap<>();
        before.layers()
                .forEach(lower -> blobs.put(
                        lower.digest(), new StagedFile(layout.blob(lower.digest()), lower.size(), lower.digest())));
        blobs.put(layer.file.sha256(), layer.file);
        return keepImage.keepWhole(
                new LocalBlobs(blobs),
                new ResolveImage.Resolved(top, top, ManifestReader.manifest(manifest), Map.of(top, manifest)),
                configBytes,
                PullImage.names(name, top));
    }

    private ObjectNode config(StoredImage base) {
        byte[] bytes = content.read(base.id().config())
                .orElseThrow(() -> Fault.precondition(
                        "the config of image " + base.id() + " is not in the content store; pull the image again"));
        try {
            if (MAPPER.readTree(bytes) instanceof ObjectNode config) {
                return config;
            }
            throw new Fault(FaultKind.DATA_LOSS, "the config of image " + base.id() + " is no JSON object");
        } catch (IOException e) {
            throw new Fault(FaultKind.DATA_LOSS, "the config of image " + base.id() + " cannot be read", e);
        }
    }

    private static void extend(ObjectNode config, Packed layer, NewImage made, String by) {
        String now = Instant.now().toString();
        config.put("created", now);
        if (!made.author().isEmpty()) {
            config.put("author", made.author());
        }
        ObjectNode rootfs = object(config, "rootfs");
        rootfs.put("type", "layers");
        ArrayNode diffIds = array(rootfs, "diff_ids");
        ArrayNode history = array(config, "history");
        // Steps and layers belong together by their order.
        long told = history.valueStream()
                .filter(step -> !step.path("empty_layer").asBoolean(false))
                .count();
        for (long i = told; i < diffIds.size(); i++) {
            history.addObject();
        }
        diffIds.add(layer.diffId.toString());
        ObjectNode step = history.addObject();
        step.put("created", now).put("created_by", by);
        if (!made.author().isEmpty()) {
            step.put("author", made.author());
        }
        if (!made.comment().isEmpty()) {
            step.put("comment", made.comment());
        }
    }

    private Packed pack(Path upper, Path place) {
        MessageDigest packed = DigestAlgorithm.SHA256.start();
        MessageDigest plain = DigestAlgorithm.SHA256.start();
        try (OutputStream out =
                        new DigestOutputStream(new BufferedOutputStream(Files.newOutputStream(place), BUFFER), packed);
                DigestOutputStream tar = new DigestOutputStream(new GZIPOutputStream(out, BUFFER), plain)) {
            archives.pack(upper, tar);
        } catch (IOException e) {
            throw ContentStore.failure("pack " + upper, e);
        }
        return packed(place, packed, plain);
    }

    private Packed receive(InputStream archive, Path place) {
        MessageDigest packed = DigestAlgorithm.SHA256.start();
        MessageDigest plain = DigestAlgorithm.SHA256.start();
        byte[] chunk = new byte[BUFFER];
        try {
            try (OutputStream out = Files.newOutputStream(place)) {
                for (int count = archive.read(chunk); count >= 0; count = archive.read(chunk)) {
                    packed.update(chunk, 0, count);
                    out.write(chunk, 0, count);
                }
            }
            try (InputStream in = LayerStreams.inflate(
                            Files.newInputStream(place), MediaTypes.layerCompression(LocalBlobs.mediaType(place)));
                    DigestInputStream tar = new DigestInputStream(in, plain)) {
                tar.transferTo(OutputStream.nullOutputStream());
            }
        } catch (IOException e) {
            throw Fault.invalid("the archive cannot be read: " + e.getMessage());
        }
        return packed(place, packed, plain);
    }

    private static Packed packed(Path place, MessageDigest packed, MessageDigest plain) {
        try {
            return new Packed(
                    new StagedFile(place, Files.size(place), digest(packed)),
                    digest(plain),
                    LocalBlobs.mediaType(place));
        } catch (IOException e) {
            throw ContentStore.failure("read " + place, e);
        }
    }

    private static Digest digest(MessageDigest hash) {
        return new Digest(DigestAlgorithm.SHA256, HexFormat.of().formatHex(hash.digest()));
    }

    private static ObjectNode object(ObjectNode parent, String field) {
        return parent.get(field) instanceof ObjectNode old ? old : parent.putObject(field);
    }

    private static ArrayNode array(ObjectNode parent, String field) {
        JsonNode old = parent.get(field);
        return old instanceof ArrayNode list ? list : parent.putArray(field);
    }

    private static byte[] bytes(ObjectNode json) {
        return json.toString().getBytes(StandardCharsets.UTF_8);
    }

    private record Packed(StagedFile file, Digest diffId, String mediaType) {}

    /** A file that is removed at the end. */
    private final class Temporary implements AutoCloseable {
        private final Path path;

        Temporary(Path path) {
            this.path = path;
        }

        @Override
        public void close() {
            if (Files.exists(path)) {
                trash.discard(path);
            }
        }
    }
}
