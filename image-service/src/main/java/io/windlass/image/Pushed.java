package io.windlass.image;

import io.windlass.image.reference.Digest;
import io.windlass.image.reference.ImageReference;

/**
 * What a push did.
 *
 * @param digest of the index or manifest that the destination now names
 * @param uploaded blobs whose bytes were sent
 * @param mounted blobs that the registry took over from another repository
 * @param present blobs that were there
 * @param bytes sent
 * @param leftOut other images of its index that are not on this node: then only this platform's image was pushed
 */
public record Pushed(
        ImageReference destination, Digest digest, int uploaded, int mounted, int present, long bytes, int leftOut) {}
