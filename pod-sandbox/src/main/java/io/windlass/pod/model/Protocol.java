package io.windlass.pod.model;

/** A transport protocol that a port mapping can name. */
public enum Protocol {
    TCP,
    UDP,
    SCTP
}
