package io.windlass.runtime.shim;

import java.util.Optional;

/** Which PID namespace a container gets; {@code target} is the container whose namespace is shared, for kind TARGET only. */
public record PidMode(Kind kind, Optional<String> target) {
    /** A namespace of its own. */
    public static final PidMode CONTAINER = new PidMode(Kind.CONTAINER, Optional.empty());
    /** The pod's, whose shim was spawned with {@link PodNamespace#PID}. */
    public static final PidMode POD = new PidMode(Kind.POD, Optional.empty());
    /** The host's. */
    public static final PidMode HOST = new PidMode(Kind.HOST, Optional.empty());

    public PidMode {
        if ((kind == Kind.TARGET) != target.isPresent()) {
            throw new IllegalArgumentException("a target is named exactly for PID mode TARGET");
        }
    }

    /** The namespace of another container of the same pod. */
    public static PidMode ofContainer(String containerId) {
        return new PidMode(Kind.TARGET, Optional.of(containerId));
    }

    /** The kinds, and their numbers in the protocol. */
    public enum Kind {
        CONTAINER(0),
        POD(1),
        HOST(2),
        TARGET(3);

        private final int code;

        Kind(int code) {
            this.code = code;
        }

        int code() {
            return code;
        }
    }
}
