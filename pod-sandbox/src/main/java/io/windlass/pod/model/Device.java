package io.windlass.pod.model;

/** A device node of the node that a container gets; permissions are letters of r, w and m. */
public record Device(String containerPath, String hostPath, String permissions) {}
