package io.windlass.linux.netlink;

import io.windlass.linux.Errno;
import io.windlass.linux.NamespaceThread;
import io.windlass.linux.NamespaceType;
import io.windlass.linux.SyscallException;
import io.windlass.linux.Syscalls;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The links, addresses and routes of one network namespace: that of the thread which opened the socket, for good.
 *
 * <p>Thread-safe. Failures are {@link SyscallException}s that carry the kernel's own explanation, where it gave one.
 */
public final class RouteSocket implements AutoCloseable {
    private final NetlinkSocket socket;

    RouteSocket(NetlinkSocket socket) {
        this.socket = socket;
    }

    /** Opens a socket onto the calling thread's network namespace; it may be used from any thread afterwards. */
    public static RouteSocket open(Syscalls kernel) {
        return new RouteSocket(new NetlinkSocket(KernelTransport.open(kernel)));
    }

    /** Opens a socket onto a pinned network namespace, without entering it for longer than that takes. */
    public static RouteSocket openIn(Path namespacePin, Syscalls kernel) {
        return NamespaceThread.call(namespacePin, NamespaceType.NETWORK, () -> open(kernel));
    }

    /**
     * Applies changes in one system call. The kernel runs all of them in order, whether or not one fails.
     *
     * @throws SyscallException of the first that failed, with those of others as suppressed
     */
    public void apply(RouteRequest... requests) {
        apply(List.of(requests));
    }

    /** Applies changes as {@link #apply(RouteRequest...)} does. */
    public void apply(List<RouteRequest> requests) {
        SyscallException first = null;
        for (SyscallException failure : socket.acknowledge(requests)) {
            if (failure == null) {
                continue;
            }
            if (first == null) {
                first = failure;
            } else {
                first.addSuppressed(failure);
            }
        }
        if (first != null) {
            throw first;
        }
    }

    /** Deletes a link; one that does not exist is no error. */
    public void deleteLink(String name) {
        try {
            apply(RouteRequest.deleteLink(name));
        } catch (SyscallException e) {
            if (!e.is(Errno.ENODEV)) {
                throw e;
            }
        }
    }

    public Optional<Link> findLink(String name) {
        try {
            return Optional.of(Link.parse(socket.ask("find link " + name, RouteRequest.getLink(name))));
        } catch (SyscallException e) {
            if (e.is(Errno.ENODEV)) {
                return Optional.empty();
            }
            throw e;
        }
    }

    public List<Link> links() {
        return socket.dump(
                "list links", RouteRequest.dump(NetlinkCodes.GET_LINK), reply -> Optional.of(Link.parse(reply)));
    }

    public List<LinkAddress> addresses() {
        return socket.dump("list addresses", RouteRequest.dump(NetlinkCodes.GET_ADDRESS), LinkAddress::parse);
    }

    /** All unicast routes of both families. */
    public List<Route> routes() {
        return socket.dump("list routes", RouteRequest.dump(NetlinkCodes.GET_ROUTE), Route::parse);
    }

    @Override
    public void close() {
        socket.close();
    }
}
