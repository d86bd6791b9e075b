package io.windlass.image;

import io.windlass.image.reference.Digest;

/** Hears how a pull goes on. Called from several threads at once; must return quickly. */
public interface PullProgress {
    PullProgress NONE = new PullProgress() {};

    /** The image's layers are known. {@code present} of {@code layers} need no transfer. */
    default void resolved(Digest manifest, int layers, int present, long bytesToTransfer) {}

    /** {@code done} of {@code total} compressed bytes of a layer have arrived. */
    default void transferred(Digest layer, long done, long total) {}

    /** A layer is unpacked and on disk. */
    default void layerDone(Digest layer) {}
}
