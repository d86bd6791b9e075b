package io.windlass.image.unpack;

import io.windlass.fault.FaultKind;

/** A member of an archive that is not unpacked, with the reason. Becomes a fault that names the member and the layer. */
final class RefusedEntryException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final FaultKind kind;

    RefusedEntryException(FaultKind kind, String message) {
        super(message);
        this.kind = kind;
    }

    static RefusedEntryException hostile(String message) {
        return new RefusedEntryException(FaultKind.INVALID_ARGUMENT, message);
    }

    FaultKind kind() {
        return kind;
    }
}
