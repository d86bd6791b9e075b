package io.windlass.pod.model;

/** The states of a container without their details, for filters. */
public enum ContainerStateKind {
    CREATED,
    RUNNING,
    EXITED,
    UNKNOWN
}
