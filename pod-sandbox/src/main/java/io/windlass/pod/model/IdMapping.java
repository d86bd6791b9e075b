package io.windlass.pod.model;

/** A range of ids inside a user namespace, and where it lies on the node; each number is an unsigned 32-bit one. */
public record IdMapping(long hostId, long containerId, long length) {
    /** Whether an id of the pod is in the range. */
    public boolean holds(long id) {
        return id >= containerId && id - containerId < length;
    }

    /** The node's id for one of the pod's that is in the range. */
    public long onNode(long id) {
        return hostId + (id - containerId);
    }
}
