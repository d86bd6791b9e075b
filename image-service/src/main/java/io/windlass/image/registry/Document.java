package io.windlass.image.registry;

import io.windlass.image.reference.Digest;

/** An index or manifest as a registry sent it, whose content has been checked against {@code digest}. */
@SuppressWarnings("ArrayRecordComponent") // never compared, and a copy of megabytes would cost
public record Document(Digest digest, byte[] content, String contentType) {}
