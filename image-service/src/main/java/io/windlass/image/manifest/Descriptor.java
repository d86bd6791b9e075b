package io.windlass.image.manifest;

import io.windlass.image.reference.Digest;

/** Points from one document to another blob: what it is, its digest, and its size in bytes. */
public record Descriptor(String mediaType, Digest digest, long size) {}
