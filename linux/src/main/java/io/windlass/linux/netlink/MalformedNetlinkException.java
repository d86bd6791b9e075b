package io.windlass.linux.netlink;

/** The kernel sent something that does not follow the netlink format. */
public final class MalformedNetlinkException extends RuntimeException {
    private static final long serialVersionUID = 1;

    MalformedNetlinkException(String detail) {
        super("cannot read netlink answer: " + detail);
    }
}
