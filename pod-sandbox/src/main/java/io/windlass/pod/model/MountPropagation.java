package io.windlass.pod.model;

/** Whether mounts made below a volume later on are seen on the other side. */
public enum MountPropagation {
    /** Not at all. */
    PRIVATE,
    /** From the node into the container. */
    HOST_TO_CONTAINER,
    /** Both ways. */
    BIDIRECTIONAL
}
