package io.windlass.pod.model;

/** A port of the node that leads to a port of the pod; host port 0 means none, an empty host address means all. */
public record PortMapping(Protocol protocol, int containerPort, int hostPort, String hostIp) {}
