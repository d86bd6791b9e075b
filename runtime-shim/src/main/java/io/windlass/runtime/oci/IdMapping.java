package io.windlass.runtime.oci;

/** A range of user or group ids inside the container and where it lies on the host; each number is an unsigned 32-bit one. */
public record IdMapping(long containerID, long hostID, long size) {}
