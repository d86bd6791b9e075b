package io.windlass.image.store;

import io.windlass.image.reference.Digest;

/**
 * A layer that is unpacked on disk.
 *
 * @param key names its folder: the digest of its uncompressed archive
 * @param rootSet whether it says what the root directory's owner and mode are
 */
public record StoredLayer(Digest key, long bytes, long inodes, boolean rootSet) {}
