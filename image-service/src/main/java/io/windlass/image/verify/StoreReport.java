package io.windlass.image.verify;

import io.windlass.image.reference.Digest;
import java.util.List;

/**
 * What an examination of the store found.
 *
 * @param blobs how many were hashed, of {@code bytes} in all
 * @param layers how many unpacked layers were looked at
 * @param layersCompared how many of them were compared with their archives, file by file
 * @param notKept archives of layers that are not here on purpose: dropped after unpacking, or never fetched because the layer was here
 * @param damages what is bad, or was
 */
public record StoreReport(
        int blobs, long bytes, int layers, int layersCompared, List<Digest> notKept, List<Damage> damages) {
    public StoreReport {
        notKept = List.copyOf(notKept);
        damages = List.copyOf(damages);
    }

    /** Whether nothing was bad. */
    public boolean isClean() {
        return damages.isEmpty();
    }

    /** Whether nothing is bad any more. */
    public boolean isWhole() {
        return damages.stream().allMatch(damage -> damage.repair() == Damage.Repair.DONE);
    }
}
