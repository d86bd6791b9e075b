package io.windlass.pod.model;

/** A range of user or group ids of a user namespace and where it lies outside. */
public record IdMapping(long hostId, long containerId, long length) {}
