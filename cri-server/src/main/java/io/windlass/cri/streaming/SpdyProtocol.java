package io.windlass.cri.streaming;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The versions of Kubernetes' remote-command protocol over SPDY, newest first. */
enum SpdyProtocol {
    V4("v4.channel.k8s.io"),
    V3("v3.channel.k8s.io"),
    V2("v2.channel.k8s.io"),
    V1("channel.k8s.io");

    private final String wireName;

    SpdyProtocol(String wireName) {
        this.wireName = wireName;
    }

    String wireName() {
        return wireName;
    }

    /** Whether the error stream carries a Status object instead of text. */
    boolean statusObjects() {
        return this == V4;
    }

    boolean resizes() {
        return this == V4 || this == V3;
    }

    /** The newest version that a client offers; a client that offers none speaks the first one. */
    static Optional<SpdyProtocol> choose(List<String> offered) {
        if (offered.isEmpty()) {
            return Optional.of(V1);
        }
        return Arrays.stream(values())
                .filter(protocol -> offered.contains(protocol.wireName))
                .findFirst();
    }
}
