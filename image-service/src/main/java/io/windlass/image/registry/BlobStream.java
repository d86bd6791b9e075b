package io.windlass.image.registry;

import java.io.InputStream;

/**
 * A layer's bytes as they come, not yet checked against its digest; the reader closes the stream.
 *
 * @param spooled whether the bytes are in the spool already, from where the stream reads them
 */
public record BlobStream(InputStream bytes, boolean spooled) {}
