package io.windlass.nri.ttrpc;

import io.windlass.proto.ttrpc.Status;

/** A call that failed: {@link #lost} when nobody answered it, otherwise by the peer's own decision. */
public final class RpcException extends Exception {
    private static final long serialVersionUID = 1;

    /** Why a call failed. */
    public enum Reason {
        /** The peer answered with an error. */
        REFUSED,
        /** The peer does not know the call. */
        UNKNOWN_CALL,
        /** No answer came in time. */
        TIMEOUT,
        /** The connection is gone. */
        CLOSED,
        /** The request is longer than a message may be; it was not sent. */
        TOO_LONG
    }

    private static final int UNIMPLEMENTED = 12;

    private final Reason reason;

    RpcException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    static RpcException of(Status status) {
        return new RpcException(
                status.getCode() == UNIMPLEMENTED ? Reason.UNKNOWN_CALL : Reason.REFUSED, status.getMessage());
    }

    public Reason reason() {
        return reason;
    }

    /** Whether the peer failed, rather than refused. */
    public boolean lost() {
        return reason == Reason.TIMEOUT || reason == Reason.CLOSED;
    }

    @Override
    public String getMessage() {
        String message = super.getMessage();
        return message == null ? reason.name() : message;
    }
}
