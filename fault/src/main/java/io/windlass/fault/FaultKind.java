package io.windlass.fault;

/** Why an operation failed, in the terms that a caller can act on. Each kind is answered as the gRPC status of the same name, but for UNTRUSTED. */
public enum FaultKind {
    /** The request itself is wrong; sending it again cannot help. */
    INVALID_ARGUMENT,
    /** The object named does not exist. */
    NOT_FOUND,
    /** Something of that name exists already, and differs from what was asked for. */
    ALREADY_EXISTS,
    /** The object is in a state that does not allow the operation. */
    FAILED_PRECONDITION,
    /** The peer may not do this, or a registry refused the credentials. */
    PERMISSION_DENIED,
    /** An image has not the signatures that the node's policy asks for; answered as callers of CRI know it. */
    UNTRUSTED,
    /** A registry wants credentials that were not given. */
    UNAUTHENTICATED,
    /** Out of disk, memory, addresses, or over a limit of this runtime. */
    RESOURCE_EXHAUSTED,
    /** A dependency (registry, network) cannot be reached for now; a retry may succeed. */
    UNAVAILABLE,
    /** The caller's deadline passed. */
    DEADLINE_EXCEEDED,
    /** The caller went away. */
    CANCELLED,
    /** Data that should be there is damaged: digests that do not match, records that do not parse. */
    DATA_LOSS,
    /** This runtime, kernel or configuration cannot do what was asked. */
    UNIMPLEMENTED,
    /** The kernel or this runtime broke its own rules. */
    INTERNAL
}
