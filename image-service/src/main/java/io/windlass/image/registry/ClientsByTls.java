package io.windlass.image.registry;

import io.windlass.image.hosts.Access;
import io.windlass.image.hosts.FileStamp;
import io.windlass.image.hosts.TlsFiles;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;

/**
 * One client for each way to do TLS, with its connections, made when it is first needed: reading certificates takes a while. A client
 * whose files have changed is followed by another; what it has begun goes on. Thread-safe.
 *
 * @param <C> what a client is
 */
final class ClientsByTls<C> implements AutoCloseable {
    private final Function<Way, C> make;
    private final Consumer<C> retire;
    private final Consumer<C> close;
    private final Map<Key, Known<C>> clients = new HashMap<>();

    /**
     * @param retire lets what a client has begun go on, and then ends it
     * @param close ends a client at once
     */
    ClientsByTls(Function<Way, C> make, Consumer<C> retire, Consumer<C> close) {
        this.make = make;
        this.retire = retire;
        this.close = close;
    }

    /** @param tls whether that is needed: plain HTTP is not to wait for certificates */
    synchronized C of(Access access, boolean tls) {
        Key key = new Key(tls ? Optional.of(access.tls()) : Optional.empty(), access.dialTimeout());
        List<FileStamp> now = key.tls.map(ClientsByTls::look).orElse(List.of());
        Known<C> known = clients.get(key);
        if (known == null || !known.files.equals(now)) {
            C made = make.apply(
                    new Way(key.dialTimeout, key.tls.map(TlsSetup::context).orElseGet(TlsSetup::none)));
            clients.put(key, new Known<>(now, made));
            if (known != null) {
                retire.accept(known.client);
            }
            return made;
        }
        return known.client;
    }

    private static List<FileStamp> look(TlsFiles tls) {
        Stream<Path> bundle = tls.verify() ? NodeAuthorities.bundle().stream() : Stream.empty();
        return Stream.concat(tls.files(), bundle).map(FileStamp::of).toList();
    }

    @Override
    public synchronized void close() {
        clients.values().forEach(known -> close.accept(known.client));
    }

    /** What a client is made for. */
    record Way(Duration dialTimeout, SSLContext tls) {}

    private record Key(Optional<TlsFiles> tls, Duration dialTimeout) {}

    private record Known<C>(List<FileStamp> files, C client) {}
}
