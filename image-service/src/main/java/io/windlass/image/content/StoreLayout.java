package io.windlass.image.content;

import io.windlass.fault.Fault;
import io.windlass.image.reference.Digest;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * Where everything of the image store lies on disk. Immutable.
 *
 * <pre>
 * images.db               what is known of images, layers and blobs
 * content/                an OCI image layout: oci-layout, index.json, blobs/ALGORITHM/HEX
 * layers/KEY/fs           one unpacked layer, whiteouts in overlay form; see layerImplied for what may lie beside
 * snapshots/ID/           upper, work and layers of a container's writable layer
 * tmp/                    what is being written; emptied at start
 * trash/                  what is being deleted; flat, see {@link Trash}
 * </pre>
 *
 * Everything is on one filesystem, so that a rename commits.
 */
public final class StoreLayout {
    public static final String IMPLIED = "implied";

    private final Path root;

    private StoreLayout(Path root) {
        this.root = root;
    }

    /**
     * Makes the folders that are not there yet. Other users may pass through those on the way to layers, as processes in user
     * namespaces are such users, but list none.
     */
    public static StoreLayout create(Path root) {
        StoreLayout layout = new StoreLayout(root.toAbsolutePath().normalize());
        for (Path directory : List.of(
                layout.root,
                layout.content(),
                layout.content().resolve("blobs/sha256"),
                layout.content().resolve("blobs/sha512"),
                layout.layers(),
                layout.snapshots(),
                layout.tmp(),
                layout.trash())) {
            make(directory);
        }
        return layout;
    }

    /** Under another name first: what is there has its mode, also when this was killed between two steps. */
    private static void make(Path directory) {
        if (Files.exists(directory)) {
            return;
        }
        Path unnamed = directory.resolveSibling(directory.getFileName() + ".new");
        try {
            Files.createDirectories(unnamed);
            Files.setPosixFilePermissions(unnamed, PosixFilePermissions.fromString("rwx--x--x"));
            Files.move(unnamed, directory, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw ContentStore.failure("make folder " + directory, e);
        }
    }

    public Path root() {
        return root;
    }

    public Path database() {
        return root.resolve("images.db");
    }

    public Path content() {
        return root.resolve("content");
    }

    public Path blob(Digest digest) {
        return content().resolve("blobs").resolve(digest.algorithm().label()).resolve(digest.hex());
    }

    public Path layers() {
        return root.resolve("layers");
    }

    public Path layer(Digest key) {
        return layers().resolve(key.hex());
    }

    /** The directory that becomes a lower of overlays. */
    public Path layerTree(Digest key) {
        return layer(key).resolve("fs");
    }

    /** Beside the tree, for layers that leave directories undescribed: their names, each ended by a NUL. */
    public Path layerImplied(Digest key) {
        return layer(key).resolve(IMPLIED);
    }

    public Path snapshots() {
        return root.resolve("snapshots");
    }

    public Path snapshot(String id) {
        return snapshots().resolve(id);
    }

    public Path tmp() {
        return root.resolve("tmp");
    }

    public Path trash() {
        return root.resolve("trash");
    }

    /** A name below tmp that is not in use. */
    public Path newTemporary(String purpose) {
        return tmp().resolve(purpose + "-" + UUID.randomUUID());
    }

    /** Moves a complete file or directory to its final place, in one step; the caller syncs. */
    public static void commit(Path temporary, Path place) {
        try {
            Files.move(temporary, place, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw ContentStore.failure("commit " + place, e);
        }
    }

    /** The names in a folder. */
    public static List<Path> entries(Path directory) {
        List<Path> result = new ArrayList<>();
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory)) {
            stream.forEach(result::add);
        } catch (IOException e) {
            throw Fault.internal("cannot list folder " + directory + ": " + e.getMessage(), e);
        }
        return result;
    }
}
