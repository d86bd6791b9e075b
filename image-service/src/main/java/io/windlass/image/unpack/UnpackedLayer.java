package io.windlass.image.unpack;

import java.util.List;

/**
 * What a layer became on disk.
 *
 * @param bytes of file content, in whole blocks
 * @param inodes files and directories
 * @param rootSet whether the archive says what the root directory's owner and mode are
 * @param implied the directories that it has no members for, only members below them
 */
public record UnpackedLayer(long bytes, long inodes, boolean rootSet, List<String> implied) {
    public UnpackedLayer {
        implied = List.copyOf(implied);
    }
}
