package io.windlass.runtime.oci;

/** A resource limit; {@code type} is its name ("RLIMIT_NOFILE"). -1 read as unsigned is "unlimited". */
public record Rlimit(String type, long soft, long hard) {}
