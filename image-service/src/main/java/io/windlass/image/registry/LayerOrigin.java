package io.windlass.image.registry;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.image.manifest.Descriptor;
import io.windlass.image.reference.Digest;
import java.io.IOException;
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

    /**
     * To be told that the content of a blob was not what its digest says: the server that sent it is not asked for it again.
     *
     * @param reason what was found, for whoever looks why the server was left
     * @return whether another server is left, so that trying again makes sense
     */
    boolean leaveOut(Digest blob, String reason);

    /** Has a blob read; where the reader finds by DATA_LOSS that it is not the one, what another server has is read from the beginning. */
    default <T> T read(Descriptor blob, Reader<T> reader) throws IOException {
        while (true) {
            try (InputStream in = blob(blob)) {
                return reader.read(in);
            } catch (Fault e) {
                if (e.kind() != FaultKind.DATA_LOSS || !leaveOut(blob.digest(), String.valueOf(e.getMessage()))) {
                    throw e;
                }
            }
        }
    }

    /** Reads a blob to its end, perhaps more than once. */
    @FunctionalInterface
    interface Reader<T> {
        T read(InputStream blob) throws IOException;
    }
}
