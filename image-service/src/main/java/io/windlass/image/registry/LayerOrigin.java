package io.windlass.image.registry;

import io.windlass.image.manifest.Descriptor;
import java.io.InputStream;
import java.util.function.LongConsumer;

/** Where the packed layers of an image come from. Thread-safe. */
public interface LayerOrigin {
    /** A layer's bytes, not yet checked against its digest; the caller closes the stream. */
    InputStream blob(Descriptor blob);

    /**
     * The same, which may come in parts.
     *
     * @param spool where parts are put
     * @param progress hears how many bytes are in the spool, if it comes in parts
     */
    BlobStream layer(Descriptor layer, Spool spool, LongConsumer progress);
}
