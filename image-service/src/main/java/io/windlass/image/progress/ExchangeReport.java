package io.windlass.image.progress;

import java.time.Instant;
import java.util.Optional;

/**
 * A request to a server, as it stands.
 *
 * @param source the file and line that the server is from
 * @param object what was asked for, such as {@code manifest v1}
 * @param credentials where they came from; empty for none
 * @param status of the answer; 0 before there is one, or where there was none
 * @param protocol such as {@code HTTP/2}; empty before an answer
 * @param bytes received of the answer's body, where that is a blob
 * @param failure why another server was asked after it, or the pull failed; empty when it did not
 */
public record ExchangeReport(
        String server,
        String source,
        String object,
        AuthUsed auth,
        String credentials,
        int status,
        String protocol,
        long bytes,
        String failure,
        Instant began,
        Optional<Instant> ended) {}
