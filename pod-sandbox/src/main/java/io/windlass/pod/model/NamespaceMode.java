package io.windlass.pod.model;

/** Whom a container shares a namespace with. */
public enum NamespaceMode {
    /** All containers of the pod. */
    POD,
    /** Nobody. */
    CONTAINER,
    /** The node. */
    NODE,
    /** One other container of the pod. */
    TARGET
}
