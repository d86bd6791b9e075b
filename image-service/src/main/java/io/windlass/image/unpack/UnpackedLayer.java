package io.windlass.image.unpack;

/**
 * What a layer became on disk.
 *
 * @param bytes of file content, in whole blocks
 * @param inodes files and directories
 * @param rootSet whether the archive says what the root directory's owner and mode are
 */
public record UnpackedLayer(long bytes, long inodes, boolean rootSet) {}
