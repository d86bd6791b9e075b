package io.windlass.image.snapshot;

import io.windlass.image.reference.ImageId;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The writable layers of containers. Thread-safe. */
public interface Snapshots {
    /** Makes an empty writable layer above an image; an existing snapshot of that id and image is returned as it is. */
    Snapshot prepare(String snapshotId, ImageId image);

    Optional<Snapshot> find(String snapshotId);

    /** Removes a writable layer; an unknown one is no error. Its files are deleted in the background. */
    void remove(String snapshotId);

    /** What the writable layer takes on disk. */
    SnapshotUsage usage(String snapshotId);

    /** What writable layers were made from. */
    Set<ImageId> images();

    List<String> list();
}
