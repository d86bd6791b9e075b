package io.windlass.cri.streaming;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Requests waiting for their client: each is found once, by a token that cannot be guessed, within {@link #LIFETIME}.
 *
 * <p>Thread-safe.
 */
final class StreamTokens {
    static final Duration LIFETIME = Duration.ofMinutes(1);
    static final int LIMIT = 1000;
    private static final int TOKEN_BYTES = 24;

    private final InstantSource clock;
    private final SecureRandom random = new SecureRandom();
    private final Map<String, Waiting> waiting = new LinkedHashMap<>();

    StreamTokens(InstantSource clock) {
        this.clock = clock;
    }

    synchronized String issue(StreamRequest request) {
        forgetExpired();
        if (waiting.size() >= LIMIT) {
            throw new Fault(
                    FaultKind.RESOURCE_EXHAUSTED,
                    "cannot open a stream: " + LIMIT + " requests already wait for their client; retry in a minute");
        }
        byte[] bytes = new byte[TOKEN_BYTES];
        random.nextBytes(bytes);
        String token = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        waiting.put(token, new Waiting(request, clock.instant().plus(LIFETIME)));
        return token;
    }

    /** The request of {@code token}, if its URL begins with the verb it was issued for; afterwards the token is void. */
    synchronized Optional<StreamRequest> redeem(String verb, String token) {
        forgetExpired();
        Waiting found = waiting.get(token);
        if (found == null || !found.request.verb().equals(verb)) {
            return Optional.empty();
        }
        waiting.remove(token);
        return Optional.of(found.request);
    }

    private void forgetExpired() {
        Instant now = clock.instant();
        Iterator<Waiting> oldestFirst = waiting.values().iterator();
        while (oldestFirst.hasNext() && !oldestFirst.next().expires.isAfter(now)) {
            oldestFirst.remove();
        }
    }

    private record Waiting(StreamRequest request, Instant expires) {}
}
