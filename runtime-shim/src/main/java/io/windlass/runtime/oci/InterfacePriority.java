package io.windlass.runtime.oci;

/** Priority of traffic that leaves through an interface. */
public record InterfacePriority(String name, long priority) {}
