package io.windlass.image.testing;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A network that fails, in front of a registry of plain HTTP: it hands on GET and HEAD, and does to each answer what the test wants, byte by
 * byte. Positions are those in the blob, whatever range of it is asked for.
 */
public final class FaultProxy implements AutoCloseable {
    private static final Pattern CONTENT_RANGE =
            Pattern.compile("^content-range: *bytes (\\d+)-", Pattern.CASE_INSENSITIVE | Pattern.MULTILINE);

    private final URI registry;
    private final ServerSocket listener;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final List<Request> requests = new CopyOnWriteArrayList<>();
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile Rule rule = request -> Fate.PASS;

    public FaultProxy(URI registry) {
        this.registry = registry;
        try {
            listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        threads.execute(this::accept);
    }

    /** What references to the registry's images begin with. */
    public String host() {
        return "127.0.0.1:" + listener.getLocalPort();
    }

    public URI url() {
        return URI.create("http://" + host());
    }

    /** From now on; nothing happens to requests that no fault is for. */
    public void behave(Rule newRule) {
        rule = newRule;
    }

    /** What has been asked for so far. */
    public List<Request> requests() {
        return List.copyOf(requests);
    }

    /** Decides about requests, from many threads. */
    @FunctionalInterface
    public interface Rule {
        Fate decide(Request request);
    }

    /** @param head the first line and the headers, each ended by CR LF */
    public record Request(String path, String head) {
        private static Request of(String head) {
            return new Request(URI.create(head.split(" ", 3)[1]).getPath(), head);
        }

        /** Whether it asks for the blob or manifest of this digest or tag. */
        public boolean isFor(Object name) {
            return path.endsWith("/" + name);
        }

        public Optional<String> header(String name) {
            return head.lines()
                    .filter(line -> line.regionMatches(true, 0, name + ":", 0, name.length() + 1))
                    .map(line -> line.substring(name.length() + 1).strip())
                    .findFirst();
        }
    }

    /** What becomes of an answer. */
    public sealed interface Fate {
        Fate PASS = new Pass();

        /** Nothing. */
        record Pass() implements Fate {}

        /** The connection is reset before the byte at {@code position}; an answer that begins there or later is whole. */
        record CutAt(long position) implements Fate {}

        /** The connection is ended after so many bytes. */
        record CutAfter(long bytes) implements Fate {}

        /** One bit of a byte is another. */
        record Flip(long position, int bit) implements Fate {}

        /** The body comes by so many bytes at a time. */
        record Trickle(int bytes, Duration pause) implements Fate {}

        /** From {@code position} on nothing more comes, and the connection stays. */
        record Silence(long position) implements Fate {}

        /** Not even headers come, and the connection stays. */
        record Unanswered() implements Fate {}

        /** The registry is not asked. */
        record Answer(int status, List<String> headers) implements Fate {
            public Answer {
                headers = List.copyOf(headers);
            }
        }

        /** The registry is asked without what the client showed of itself. */
        record Unauthorized() implements Fate {}
    }

    private void accept() {
        while (true) {
            Socket client;
            try {
                client = listener.accept();
            } catch (IOException closedByTest) {
                return;
            }
            threads.execute(() -> serve(client));
        }
    }

    private void serve(Socket client) {
        open.add(client);
        try (client) {
            Optional<String> head = head(client.getInputStream());
            if (head.isEmpty()) {
                return;
            }
            Request request = Request.of(head.get());
            requests.add(request);
            Fate fate = rule.decide(request);
            switch (fate) {
                case Fate.Answer answer -> refuse(client.getOutputStream(), answer);
                case Fate.Unanswered none -> closed.await();
                default -> relay(client, request, fate);
            }
            client.shutdownOutput();
        } catch (IOException broken) {
            // The client has what it wanted, or the fate was to break the connection.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            open.remove(client);
        }
    }

    private static void refuse(OutputStream out, Fate.Answer answer) throws IOException {
        String headers = answer.headers.stream().map(line -> line + "\r\n").collect(Collectors.joining());
        out.write(("HTTP/1.1 " + answer.status + " Fault\r\n" + headers
                        + "Content-Length: 0\r\nConnection: close\r\n\r\n")
                .getBytes(StandardCharsets.ISO_8859_1));
    }

    private void relay(Socket client, Request request, Fate fate) throws IOException, InterruptedException {
        try (Socket server = new Socket(registry.getHost(), registry.getPort())) {
            open.add(server);
            server.getOutputStream().write(forwarded(request, fate).getBytes(StandardCharsets.ISO_8859_1));
            InputStream in = server.getInputStream();
            String head = head(in).orElseThrow(() -> new IOException("the registry closed the connection"));
            client.getOutputStream().write(oneAnswer(head).getBytes(StandardCharsets.ISO_8859_1));
            Matcher range = CONTENT_RANGE.matcher(head);
            body(in, client, fate, range.find() ? Long.parseLong(range.group(1)) : 0);
        }
    }

    /** One request for each connection keeps the ends of bodies apart. */
    private static String forwarded(Request request, Fate fate) {
        return request.head
                        .lines()
                        .filter(line -> !line.isEmpty() && !startsWith(line, "connection:"))
                        .filter(line -> !(fate instanceof Fate.Unauthorized && startsWith(line, "authorization:")))
                        .collect(Collectors.joining("\r\n"))
                + "\r\nConnection: close\r\n\r\n";
    }

    private static String oneAnswer(String head) {
        return head.lines()
                        .filter(line -> !line.isEmpty() && !startsWith(line, "connection:"))
                        .collect(Collectors.joining("\r\n"))
                + "\r\nConnection: close\r\n\r\n";
    }

    private static boolean startsWith(String line, String prefix) {
        return line.regionMatches(true, 0, prefix, 0, prefix.length());
    }

    private void body(InputStream in, Socket client, Fate fate, long begin) throws IOException, InterruptedException {
        long end = switch (fate) {
            case Fate.CutAt(long position) when position >= begin -> position;
            case Fate.CutAfter(long bytes) -> begin + bytes;
            case Fate.Silence(long position) -> Math.max(position, begin);
            default -> Long.MAX_VALUE;
        };
        byte[] buffer = new byte[fate instanceof Fate.Trickle(int bytes, Duration pause) ? bytes : 16 << 10];
        OutputStream out = client.getOutputStream();
        long at = begin;
        while (at < end) {
            int count = in.read(buffer, 0, (int) Math.min(buffer.length, end - at));
            if (count < 0) {
                return;
            }
            if (fate instanceof Fate.Flip(long position, int bit) && position >= at && position < at + count) {
                buffer[(int) (position - at)] ^= (byte) (1 << bit);
            }
            out.write(buffer, 0, count);
            at += count;
            if (fate instanceof Fate.Trickle(int bytes, Duration pause)) {
                out.flush();
                Thread.sleep(pause);
            }
        }
        if (fate instanceof Fate.CutAfter) {
            return;
        }
        if (fate instanceof Fate.Silence) {
            closed.await();
        }
        // Reset, not ended: what the client has not read yet is lost, too.
        client.setSoLinger(true, 0);
        client.close();
    }

    /** Up to the empty line; empty when nothing comes. */
    private static Optional<String> head(InputStream in) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        byte[] end = "\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1);
        while (true) {
            int one = in.read();
            if (one < 0) {
                return Optional.empty();
            }
            head.write(one);
            byte[] bytes = head.toByteArray();
            if (bytes.length >= 4
                    && Arrays.equals(Arrays.copyOfRange(bytes, bytes.length - end.length, bytes.length), end)) {
                return Optional.of(new String(bytes, StandardCharsets.ISO_8859_1));
            }
        }
    }

    @Override
    public void close() {
        closed.countDown();
        try {
            listener.close();
            for (Socket socket : open) {
                socket.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        threads.shutdownNow();
        threads.close();
    }
}
