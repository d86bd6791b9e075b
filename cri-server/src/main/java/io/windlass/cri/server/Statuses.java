package io.windlass.cri.server;

import io.grpc.Context;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import java.util.concurrent.TimeoutException;

/** What a failure is answered as. */
final class Statuses {
    /** What kubelet tells a refused image by, and only where the code is UNKNOWN (k8s.io/cri-api/pkg/errors). */
    private static final String UNTRUSTED = "SignatureValidationFailed: ";

    private Statuses() {}

    /** The status of a failure; why the call itself ended, where it did, comes before what its handler made of that. */
    static Status of(Throwable failure, Context context) {
        if (context.isCancelled()) {
            boolean late = context.cancellationCause() instanceof TimeoutException;
            Status status = late ? Status.DEADLINE_EXCEEDED : Status.CANCELLED;
            return status.withDescription(text(failure)).withCause(failure);
        }
        return switch (failure) {
            case Fault fault
            when fault.kind() == FaultKind.UNTRUSTED ->
                of(fault.kind()).withDescription(UNTRUSTED + fault.getMessage()).withCause(fault);
            case Fault fault ->
                of(fault.kind()).withDescription(fault.getMessage()).withCause(fault);
            case StatusRuntimeException status -> status.getStatus();
            case StatusException status -> status.getStatus();
            default -> Status.INTERNAL.withDescription(text(failure)).withCause(failure);
        };
    }

    private static String text(Throwable failure) {
        String message = failure.getMessage();
        return failure instanceof Fault && message != null
                ? message
                : failure.getClass().getSimpleName() + (message == null ? "" : ": " + message);
    }

    static Status of(FaultKind kind) {
        return switch (kind) {
            case INVALID_ARGUMENT -> Status.INVALID_ARGUMENT;
            case NOT_FOUND -> Status.NOT_FOUND;
            case ALREADY_EXISTS -> Status.ALREADY_EXISTS;
            case FAILED_PRECONDITION -> Status.FAILED_PRECONDITION;
            case PERMISSION_DENIED -> Status.PERMISSION_DENIED;
            case UNTRUSTED -> Status.UNKNOWN;
            case UNAUTHENTICATED -> Status.UNAUTHENTICATED;
            case RESOURCE_EXHAUSTED -> Status.RESOURCE_EXHAUSTED;
            case UNAVAILABLE -> Status.UNAVAILABLE;
            case DEADLINE_EXCEEDED -> Status.DEADLINE_EXCEEDED;
            case CANCELLED -> Status.CANCELLED;
            case DATA_LOSS -> Status.DATA_LOSS;
            case UNIMPLEMENTED -> Status.UNIMPLEMENTED;
            case INTERNAL -> Status.INTERNAL;
        };
    }
}
