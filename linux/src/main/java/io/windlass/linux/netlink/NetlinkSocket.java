package io.windlass.linux.netlink;

import io.windlass.linux.Errno;
import io.windlass.linux.SyscallException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Requests and their answers over one netlink socket: sequence numbers, acknowledgements, dumps.
 *
 * <p>Thread-safe: one exchange at a time. Answers to earlier exchanges, which can be left over after a failure, are told by
 * their sequence number and skipped.
 */
final class NetlinkSocket implements AutoCloseable {
    /** How often a dump is taken again because the tables changed meanwhile or the kernel ran out of buffer. */
    private static final int DUMP_ATTEMPTS = 8;

    private final NetlinkTransport transport;
    private final ReentrantLock lock = new ReentrantLock();
    private int sequence = 1;

    NetlinkSocket(NetlinkTransport transport) {
        this.transport = transport;
    }

    /**
     * Sends all requests in one datagram; the kernel runs each of them, also after one that failed.
     *
     * @return for each request its failure, or null
     */
    List<@Nullable SyscallException> acknowledge(List<RouteRequest> requests) {
        lock.lock();
        try {
            int first = sequence;
            sequence += requests.size();
            transport.send(encode(requests, first));
            List<@Nullable SyscallException> failures = new ArrayList<>();
            for (int pending = 0; pending < requests.size(); ) {
                for (NetlinkReply reply : NetlinkReply.parse(transport.receive())) {
                    // Acknowledgements come in the order of the requests.
                    if (reply.sequence() == first + pending && reply.type() == NetlinkCodes.MESSAGE_ERROR) {
                        failures.add(failure(reply, requests.get(pending).description())
                                .orElse(null));
                        pending++;
                    }
                }
            }
            return failures;
        } finally {
            lock.unlock();
        }
    }

    /** The one answer to a question, which is not acknowledged besides. */
    NetlinkReply ask(String description, NetlinkRequest request) {
        lock.lock();
        try {
            int own = sequence++;
            transport.send(request.encode(own));
            while (true) {
                for (NetlinkReply reply : NetlinkReply.parse(transport.receive())) {
                    if (reply.sequence() == own) {
                        failure(reply, description).ifPresent(NetlinkSocket::raise);
                        return reply;
                    }
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /** A whole table at one point in time: taken again when the kernel says that it changed on the way. */
    <T> List<T> dump(String description, NetlinkRequest request, Function<NetlinkReply, Optional<T>> parser) {
        lock.lock();
        try {
            for (int attempt = 1; ; attempt++) {
                try {
                    Optional<List<T>> table = dumpOnce(description, request, parser);
                    if (table.isPresent()) {
                        return table.get();
                    }
                } catch (SyscallException e) {
                    if (attempt >= DUMP_ATTEMPTS || !(e.is(Errno.ENOBUFS) || e.is(Errno.EINTR))) {
                        throw e;
                    }
                    continue;
                }
                if (attempt >= DUMP_ATTEMPTS) {
                    throw new SyscallException(
                            "netlink",
                            description,
                            Errno.EINTR,
                            "the table changed during each of " + attempt + " reads");
                }
            }
        } finally {
            lock.unlock();
        }
    }

    private <T> Optional<List<T>> dumpOnce(
            String description, NetlinkRequest request, Function<NetlinkReply, Optional<T>> parser) {
        int own = sequence++;
        transport.send(request.encode(own));
        List<T> table = new ArrayList<>();
        boolean consistent = true;
        while (true) {
            for (NetlinkReply reply : NetlinkReply.parse(transport.receive())) {
                if (reply.sequence() != own) {
                    continue;
                }
                consistent &= !reply.has(NetlinkCodes.FLAG_DUMP_INTERRUPTED);
                failure(reply, description).ifPresent(NetlinkSocket::raise);
                if (reply.type() == NetlinkCodes.MESSAGE_DONE) {
                    return consistent ? Optional.of(table) : Optional.empty();
                }
                parser.apply(reply).ifPresent(table::add);
                if (!reply.has(NetlinkCodes.FLAG_MULTI)) {
                    return Optional.of(table);
                }
            }
        }
    }

    private static byte[] encode(List<RouteRequest> requests, int firstSequence) {
        ByteBuffer datagram;
        List<byte[]> messages = new ArrayList<>();
        int length = 0;
        for (RouteRequest request : requests) {
            byte[] message = request.encoded().encode(firstSequence + messages.size());
            messages.add(message);
            length += message.length;
        }
        datagram = ByteBuffer.allocate(length);
        messages.forEach(datagram::put);
        return datagram.array();
    }

    /** The error that a reply carries. Both "error" and "done" begin with a negated errno, 0 for success. */
    private static Optional<SyscallException> failure(NetlinkReply reply, String description) {
        boolean error = reply.type() == NetlinkCodes.MESSAGE_ERROR;
        if (!error && reply.type() != NetlinkCodes.MESSAGE_DONE) {
            return Optional.empty();
        }
        if (reply.payload().limit() < Integer.BYTES) {
            throw new MalformedNetlinkException("acknowledgement without its error number");
        }
        int number = -reply.payload().getInt(0);
        if (number == 0) {
            return Optional.empty();
        }
        String detail = extendedText(reply, error);
        return Optional.of(new SyscallException("netlink", description, new Errno(number), detail));
    }

    /** The kernel's own words: attributes that follow the quoted request, of which only the header may be there. */
    private static String extendedText(NetlinkReply reply, boolean error) {
        if (!reply.has(NetlinkCodes.FLAG_ACK_ATTRIBUTES)) {
            return "";
        }
        int fixed = Integer.BYTES;
        if (error) {
            int quoted = reply.has(NetlinkCodes.FLAG_CAPPED) || reply.payload().limit() < 8
                    ? NetlinkRequest.HEADER_LENGTH
                    : NetlinkRequest.aligned(reply.payload().getInt(Integer.BYTES));
            fixed += quoted;
        }
        return reply.attributes(fixed).string(NetlinkCodes.ERROR_TEXT).orElse("");
    }

    private static void raise(SyscallException failure) {
        throw failure;
    }

    @Override
    public void close() {
        transport.close();
    }
}
