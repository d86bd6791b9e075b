package io.windlass.image.hosts;

/** What a server may be asked for. */
public enum Capability {
    /** What a tag stands for. */
    RESOLVE,
    /** Content by its digest. */
    PULL
}
