package io.windlass.cri.streaming;

/** The client closed its connection while something was being written to it; the end of a session, not a failure. */
final class ClientGoneException extends RuntimeException {
    private static final long serialVersionUID = 1;

    ClientGoneException(Throwable cause) {
        super("the client has gone", cause);
    }
}
