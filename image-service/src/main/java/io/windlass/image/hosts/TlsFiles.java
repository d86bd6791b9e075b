package io.windlass.image.hosts;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * How a server proves who it is, and we to it.
 *
 * @param verify whether the server's certificate is looked at
 * @param authorities files of certificates that are trusted besides the node's own
 * @param clients certificates of ours, of which the server chooses one
 */
public record TlsFiles(boolean verify, List<Path> authorities, List<Pair> clients) {
    public static final TlsFiles DEFAULT = new TlsFiles(true, List.of(), List.of());

    public TlsFiles {
        authorities = List.copyOf(authorities);
        clients = List.copyOf(clients);
    }

    /** A certificate with those that signed it, and its key; both may be in one file. */
    public record Pair(Path certificate, Path key) {}

    TlsFiles unverified() {
        return new TlsFiles(false, authorities, clients);
    }

    public Stream<Path> files() {
        return Stream.concat(
                authorities.stream(), clients.stream().flatMap(pair -> Stream.of(pair.certificate(), pair.key())));
    }
}
