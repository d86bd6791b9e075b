package io.windlass.image;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.image.StagedArchive.StagedFile;
import io.windlass.image.content.ContentStore;
import io.windlass.image.content.StoreLayout;
import io.windlass.image.content.Trash;
import io.windlass.image.manifest.Descriptor;
import io.windlass.image.manifest.Json;
import io.windlass.image.manifest.ManifestReader;
import io.windlass.image.manifest.MediaTypes;
import io.windlass.image.manifest.Platform;
import io.windlass.image.reference.Digest;
import io.windlass.image.reference.ImageId;
import io.windlass.image.reference.ImageReference;
import io.windlass.image.reference.Repository;
import io.windlass.image.registry.RegistrySession;
import io.windlass.image.unpack.UnpackLimits;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Takes images from an archive: an OCI image layout, or what {@code docker save} writes. Thread-safe. */
final class LoadImages {
    /** Where images of no name are kept. */
    private static final Repository NAMELESS = new Repository("localhost", "loaded");

    private final StoreLayout layout;
    private final Trash trash;
    private final UnpackLimits limits;
    private final ResolveImage resolveImage;
    private final KeepImage keepImage;

    LoadImages(StoreLayout layout, Trash trash, UnpackLimits limits, ContentStore content, KeepImage keepImage) {
        this.layout = layout;
        this.trash = trash;
        this.limits = limits;
        this.resolveImage = new ResolveImage(content, Platform.current());
        this.keepImage = keepImage;
    }

    /** Reads an archive to its end and keeps its images; of several that fit, those before a bad one stay. */
    List<LoadedImage> load(InputStream archive) {
        try (StagedArchive staged = staged(archive)) {
            Optional<StagedFile> index = staged.find("index.json");
            if (index.isPresent()) {
                return layout(staged, index.get());
            }
            StagedFile list = staged.find("manifest.json")
                    .orElseThrow(() -> Fault.invalid(
                            "the archive has neither index.json nor manifest.json, so it holds no images; for the tar of a"
                                    + " root file system there is import"));
            return docker(staged, list);
        } catch (Fault e) {
            throw e.in("cannot load images");
        }
    }

    private StagedArchive staged(InputStream archive) {
        // What inflates holds memory that the collector does not see.
        try (InputStream inflated = LocalBlobs.inflated(archive)) {
            return StagedArchive.read(inflated, layout, trash, limits);
        } catch (IOException e) {
            throw Fault.invalid("the archive cannot be read: " + e.getMessage());
        }
    }

    private List<LoadedImage> layout(StagedArchive staged, StagedFile index) {
        List<LoadedImage> loaded = new ArrayList<>();
        for (Json entry : Json.parse(read(index)).objects("manifests")) {
            Digest top = Digest.parse(entry.requiredText("digest"));
            try {
                loaded.add(image(staged, top, name(entry.textMap("annotations"))));
            } catch (Fault e) {
                throw e.in("image " + top + " of the archive");
            }
        }
        if (loaded.isEmpty()) {
            throw Fault.invalid("the archive's index.json lists no image");
        }
        return loaded;
    }

    /** Docker and containerd write the whole name beside the tag alone; others write a whole name in the tag's place. */
    private static Optional<ImageReference> name(Map<String, String> annotations) {
        String whole = annotations.getOrDefault("io.containerd.image.name", "");
        String name = annotations.getOrDefault("org.opencontainers.image.ref.name", "");
        if (!whole.isEmpty()) {
            return Optional.of(ImageReference.parse(whole));
        }
        return name.indexOf('/') < 0 && name.indexOf(':') < 0
                ? Optional.empty()
                : Optional.of(ImageReference.parse(name));
    }

    private LoadedImage image(StagedArchive staged, Digest top, Optional<ImageReference> name) {
        Map<Digest, byte[]> documents = new LinkedHashMap<>();
        byte[] content = document(staged, top);
        documents.put(top, content);
        byte[] manifest = content;
        Digest chosen = top;
        if (MediaTypes.isIndex(ManifestReader.mediaTypeOf(content, ""))) {
            chosen = ManifestReader.index(content).select(Platform.current()).digest();
            manifest = document(staged, chosen);
            documents.put(chosen, manifest);
        }
        ResolveImage.Resolved resolved =
                new ResolveImage.Resolved(top, chosen, ManifestReader.manifest(manifest), documents);
        Map<Digest, StagedFile> blobs = new HashMap<>();
        List<Descriptor> needed = new ArrayList<>(resolved.manifest().layers());
        needed.add(resolved.manifest().config());
        for (Descriptor blob : needed) {
            StagedFile file = blob(staged, blob.digest());
            if (file.size() != blob.size()) {
                throw new Fault(
                        FaultKind.DATA_LOSS,
                        "blob %s has %d bytes, not the announced %d"
                                .formatted(blob.digest(), file.size(), blob.size()));
            }
            blobs.put(blob.digest(), file);
        }
        byte[] config = document(staged, resolved.manifest().config().digest());
        return keep(resolved, config, blobs, name.map(List::of).orElse(List.of()));
    }

    private LoadedImage keep(
            ResolveImage.Resolved resolved,
            byte[] config,
            Map<Digest, StagedFile> blobs,
            List<ImageReference> references) {
        resolveImage.check(resolved.manifest(), ManifestReader.config(config));
        Map<String, Digest> names = new HashMap<>();
        references.forEach(reference -> names.putAll(PullImage.names(reference, resolved.top())));
        if (names.isEmpty()) {
            names.put(ImageReference.pinned(NAMELESS, resolved.top()).toString(), resolved.top());
        }
        ImageId id = keepImage.keepWhole(new LocalBlobs(blobs), resolved, config, names);
        return new LoadedImage(id, names.keySet().stream().sorted().toList());
    }

    private List<LoadedImage> docker(StagedArchive staged, StagedFile list) {
        byte[] bytes = read(list);
        // A list is no object: it is made one for the reader that checks depth and types.
        byte[] wrapped =
                ("{\"images\":" + new String(bytes, StandardCharsets.UTF_8) + "}").getBytes(StandardCharsets.UTF_8);
        List<LoadedImage> loaded = new ArrayList<>();
        for (Json entry : Json.parse(wrapped).objects("images")) {
            byte[] config = read(named(staged, entry.requiredText("Config")));
            Map<Digest, StagedFile> blobs = new HashMap<>();
            List<Descriptor> layers = new ArrayList<>();
            for (String name : entry.texts("Layers")) {
                StagedFile file = named(staged, name);
                blobs.put(file.sha256(), file);
                layers.add(new Descriptor(LocalBlobs.mediaType(file.place()), file.sha256(), file.size()));
            }
            Descriptor configBlob = new Descriptor(MediaTypes.OCI_CONFIG, Digest.sha256(config), config.length);
            byte[] manifest = LocalBlobs.manifest(configBlob, layers);
            Digest top = Digest.sha256(manifest);
            List<ImageReference> names =
                    entry.texts("RepoTags").stream().map(ImageReference::parse).toList();
            ResolveImage.Resolved resolved =
                    new ResolveImage.Resolved(top, top, ManifestReader.manifest(manifest), Map.of(top, manifest));
            loaded.add(keep(resolved, config, blobs, names));
        }
        if (loaded.isEmpty()) {
            throw Fault.invalid("the archive's manifest.json lists no image");
        }
        return loaded;
    }

    private static StagedFile named(StagedArchive staged, String name) {
        return staged.find(name)
                .orElseThrow(
                        () -> Fault.invalid("the archive has no file '" + name + "', which its manifest.json names"));
    }

    private static byte[] document(StagedArchive staged, Digest digest) {
        byte[] content = read(blob(staged, digest));
        var verifier = digest.verifier();
        verifier.update(content, 0, content.length);
        verifier.verify("the archive's document");
        return content;
    }

    private static StagedFile blob(StagedArchive staged, Digest digest) {
        String place = "blobs/" + digest.algorithm().label() + "/" + digest.hex();
        return staged.find(place)
                .orElseThrow(() -> Fault.invalid(
                        "the archive has no file '" + place + "'; an archive with all of its image is needed"));
    }

    private static byte[] read(StagedFile file) {
        if (file.size() > RegistrySession.MOST_DOCUMENT_BYTES) {
            throw new Fault(
                    FaultKind.RESOURCE_EXHAUSTED,
                    "a document of %d bytes is larger than the allowed %d"
                            .formatted(file.size(), RegistrySession.MOST_DOCUMENT_BYTES));
        }
        try {
            return Files.readAllBytes(file.place());
        } catch (IOException e) {
            throw ContentStore.failure("read " + file.place(), e);
        }
    }
}
