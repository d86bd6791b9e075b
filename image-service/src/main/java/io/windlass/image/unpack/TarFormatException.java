package io.windlass.image.unpack;

/** An archive that does not follow the tar formats; the message says "it ...". Becomes a fault that names the layer. */
public final class TarFormatException extends RuntimeException {
    private static final long serialVersionUID = 1;

    TarFormatException(String message) {
        super(message);
    }
}
