package io.windlass.image.registry;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.net.http.HttpConnectTimeoutException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * How long a pull goes on with a registry that fails for the moment: it answers 408, 429 or 5xx, or breaks a connection.
 * Immutable.
 *
 * @param tries how often something is tried in all, without any progress in between
 * @param firstPause before the second try; each later pause is twice as long, and up to half of a pause is left to chance
 * @param longestPause no pause is longer, whatever the registry asks for
 * @param stall an answer that brings less than {@value #LEAST_BYTES} bytes while it is waited for so long is broken off
 */
record Patience(int tries, Duration firstPause, Duration longestPause, Duration stall) {
    static final Patience DEFAULT =
            new Patience(6, Duration.ofMillis(200), Duration.ofSeconds(30), Duration.ofSeconds(60));

    static final int LEAST_BYTES = 64 << 10;

    Patience withStall(Duration other) {
        return new Patience(tries, firstPause, longestPause, other);
    }

    /** The answer, or the last failure once it is no passing one or the tries are used up. */
    <T> T run(Supplier<T> request) {
        for (int attempt = 1; ; attempt++) {
            try {
                return request.get();
            } catch (Fault e) {
                if (attempt >= tries || !passes(e)) {
                    throw e;
                }
                pause(attempt, e);
            }
        }
    }

    /** Whether one of the servers may well answer differently in a moment. A name or port that leads nowhere is wrong, not busy. */
    private static boolean passes(Throwable failure) {
        if (failure.getCause() instanceof Fault inner) {
            return passes(inner) || Stream.of(failure.getSuppressed()).anyMatch(Patience::passes);
        }
        return failure instanceof Fault fault && fault.kind() == FaultKind.UNAVAILABLE && !leadsNowhere(fault);
    }

    /** Whether nobody answered at all who could be spoken to. */
    static boolean leadsNowhere(Fault failure) {
        return failure.getCause() instanceof ConnectException
                || failure.getCause() instanceof HttpConnectTimeoutException
                || failure.getCause() instanceof UnknownHostException
                || failure.getCause() instanceof SSLException;
    }

    /** Waits before the try after {@code attempt}: as long as the registry asked for, or longer each time. */
    void pause(int attempt, Throwable failure) {
        Duration pause = asked(failure).orElseGet(() -> growing(attempt));
        try {
            Thread.sleep(pause.compareTo(longestPause) > 0 ? longestPause : pause);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            Fault cancelled = new Fault(FaultKind.CANCELLED, "the wait for the registry was cancelled", e);
            cancelled.addSuppressed(failure);
            throw cancelled;
        }
    }

    private static Optional<Duration> asked(@Nullable Throwable failure) {
        return failure == null
                ? Optional.empty()
                : failure instanceof AskedToWait asked ? Optional.of(asked.time()) : asked(failure.getCause());
    }

    private Duration growing(int attempt) {
        long nanos = firstPause.toNanos() << Math.min(attempt - 1, 20);
        long whole = Math.min(nanos, longestPause.toNanos());
        return Duration.ofNanos(whole / 2 + ThreadLocalRandom.current().nextLong(whole / 2 + 1));
    }
}
