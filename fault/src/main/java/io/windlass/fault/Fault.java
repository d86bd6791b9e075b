package io.windlass.fault;

import org.jspecify.annotations.Nullable;

/**
 * The failure of an operation, worded for the operator: "cannot &lt;verb&gt; &lt;object&gt; &lt;id&gt;: &lt;reason&gt;".
 *
 * <p>Context is added once per layer, by wrapping: {@code fault.in("cannot start container " + id)}.
 */
public final class Fault extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final FaultKind kind;

    public Fault(FaultKind kind, String message) {
        this(kind, message, null);
    }

    public Fault(FaultKind kind, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    public FaultKind kind() {
        return kind;
    }

    @Override
    public String getMessage() {
        String message = super.getMessage();
        return message == null ? kind.name() : message;
    }

    /** The same failure seen from one layer further out: its kind stays, {@code context} comes before its message. */
    public Fault in(String context) {
        return new Fault(kind, context + ": " + getMessage(), this);
    }

    public static Fault invalid(String message) {
        return new Fault(FaultKind.INVALID_ARGUMENT, message);
    }

    public static Fault notFound(String message) {
        return new Fault(FaultKind.NOT_FOUND, message);
    }

    public static Fault precondition(String message) {
        return new Fault(FaultKind.FAILED_PRECONDITION, message);
    }

    public static Fault unimplemented(String message) {
        return new Fault(FaultKind.UNIMPLEMENTED, message);
    }

    public static Fault internal(String message, @Nullable Throwable cause) {
        return new Fault(FaultKind.INTERNAL, message, cause);
    }
}
