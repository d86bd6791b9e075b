package io.windlass.image.unpack;

/** What a member of a layer archive is. */
public enum TarType {
    FILE,
    HARD_LINK,
    SYMBOLIC_LINK,
    CHARACTER_DEVICE,
    BLOCK_DEVICE,
    DIRECTORY,
    FIFO
}
