package io.windlass.runtime.shim;

/** The other side does not keep to the protocol; the connection is of no more use. */
final class ProtocolException extends RuntimeException {
    private static final long serialVersionUID = 1;

    ProtocolException(String message) {
        super(message);
    }
}
