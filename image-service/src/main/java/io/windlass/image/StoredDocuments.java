package io.windlass.image;

import io.windlass.fault.Fault;
import io.windlass.image.content.ContentStore;
import io.windlass.image.manifest.Descriptor;
import io.windlass.image.manifest.ImageIndex;
import io.windlass.image.manifest.ImageManifest;
import io.windlass.image.manifest.ManifestReader;
import io.windlass.image.manifest.MediaTypes;
import io.windlass.image.reference.Digest;
import io.windlass.image.store.StoredImage;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What the content store has of an image, to be sent elsewhere. Thread-safe. */
final class StoredDocuments {
    private static final String TO_DO = "; remove the image and pull it again";

    /** What is to be said of a layer that is here in its unpacked form only. */
    static final String NOT_KEPT = " is not here in packed form: set keep_blobs = true in [image],"
            + " remove the images that have this layer, and pull again;"
            + " one that was lost comes back by windlass images verify --repair";

    private final ContentStore content;

    StoredDocuments(ContentStore content) {
        this.content = content;
    }

    /**
     * The documents that a name stands for: all of an index that is here as a whole, else the manifest of this node's image alone.
     *
     * @param name one of the image's names; empty for any
     */
    Tree tree(StoredImage image, Optional<String> name) {
        Digest target = name.map(image.names()::get)
                .or(() -> image.names().values().stream().sorted().findFirst())
                .orElseThrow(() -> Fault.precondition("image " + image.id() + " has no name any more"));
        Doc top = read(target);
        if (!MediaTypes.isIndex(top.mediaType)) {
            return new Tree(top, List.of(top), top, 0);
        }
        ImageIndex index = ManifestReader.index(top.content);
        List<Doc> manifests = new ArrayList<>();
        int missing = 0;
        for (ImageIndex.Entry entry : index.manifests()) {
            if (content.has(entry.descriptor().digest())) {
                manifests.add(read(entry.descriptor().digest()));
            } else {
                missing++;
            }
        }
        Doc own = manifests.stream()
                .filter(doc -> MediaTypes.isManifest(doc.mediaType)
                        && ManifestReader.manifest(doc.content)
                                .config()
                                .digest()
                                .equals(image.id().config()))
                .findFirst()
                .orElseThrow(() -> Fault.precondition("the manifest of image " + image.id() + " is not here" + TO_DO));
        boolean whole = missing == 0
                && manifests.stream()
                        .allMatch(doc -> parsed(doc).layers().stream().allMatch(layer -> content.has(layer.digest())));
        if (!whole) {
            return new Tree(own, List.of(own), own, index.manifests().size() - 1);
        }
        List<Doc> all = new ArrayList<>(manifests);
        all.add(top);
        return new Tree(top, all, own, 0);
    }

    private Doc read(Digest digest) {
        byte[] bytes = content.read(digest)
                .orElseThrow(
                        () -> Fault.precondition("its document " + digest + " is not in the content store" + TO_DO));
        return new Doc(digest, ManifestReader.mediaTypeOf(bytes, ""), bytes);
    }

    private static ImageManifest parsed(Doc manifest) {
        return ManifestReader.manifest(manifest.content);
    }

    /** The config and layers of a document, whether they are in the content store or not. */
    static List<Descriptor> parts(Doc document) {
        if (MediaTypes.isIndex(document.mediaType)) {
            return List.of();
        }
        ImageManifest manifest = parsed(document);
        List<Descriptor> blobs = new ArrayList<>();
        blobs.add(manifest.config());
        blobs.addAll(manifest.layers());
        return blobs;
    }

    /** The same; every one of them is in the content store. */
    List<Descriptor> blobs(Doc document) {
        List<Descriptor> blobs = parts(document);
        for (Descriptor blob : blobs) {
            if (!content.has(blob.digest())) {
                throw Fault.precondition("its layer " + blob.digest() + NOT_KEPT);
            }
        }
        return blobs;
    }

    /** An index or manifest. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Doc(Digest digest, String mediaType, byte[] content) {}

    /**
     * @param top what is to be named
     * @param documents all, with those first that others refer to
     * @param ownDocument the manifest of this node's image
     * @param leftOut how many of an index's other images are not here, so that the index itself is not in the tree
     */
    record Tree(Doc top, List<Doc> documents, Doc ownDocument, int leftOut) {
        Tree {
            documents = List.copyOf(documents);
        }

        ImageManifest own() {
            return parsed(ownDocument);
        }
    }
}
