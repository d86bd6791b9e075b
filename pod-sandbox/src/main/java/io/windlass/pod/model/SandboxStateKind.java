package io.windlass.pod.model;

/** The states of a sandbox without their details, for filters. */
public enum SandboxStateKind {
    READY,
    NOT_READY
}
