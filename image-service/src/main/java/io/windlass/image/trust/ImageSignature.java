package io.windlass.image.trust;

/** A signature that lies beside an image, about which nothing is known yet. {@code name} tells it from others in messages. */
@SuppressWarnings("ArrayRecordComponent") // never compared
record ImageSignature(String name, byte[] payload, byte[] signature) {}
