package io.windlass.cri.server;

import io.grpc.Attributes;
import io.grpc.Context;

/** Who is at the other end of a connection, as the kernel recorded it when they connected (SO_PEERCRED, unix(7)). */
public record Peer(long uid, long pid) {
    /** The peer of the call that runs in this context. */
    public static final Context.Key<Peer> OF_CALL = Context.key("windlass-peer");

    static final Attributes.Key<Peer> OF_CONNECTION = Attributes.Key.create("windlass-peer");

    @Override
    public String toString() {
        return "uid " + uid + ", pid " + pid;
    }
}
