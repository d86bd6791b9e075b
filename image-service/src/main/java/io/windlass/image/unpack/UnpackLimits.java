package io.windlass.image.unpack;

/**
 * How much one layer may unpack to, so that a small download cannot fill the disk.
 *
 * @param bytes file content, in bytes
 * @param entries files, directories and everything else
 */
public record UnpackLimits(long bytes, long entries) {
    public static final UnpackLimits DEFAULT = new UnpackLimits(64L << 30, 4_000_000);
}
