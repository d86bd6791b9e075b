package io.windlass.runtime.oci;

/** Block I/O rate limit of one device, per second. */
public record ThrottleDevice(long major, long minor, long rate) {}
