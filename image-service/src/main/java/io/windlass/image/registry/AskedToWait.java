package io.windlass.image.registry;

import java.net.http.HttpHeaders;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;

/** The cause of a fault whose answer said when to ask again ({@code Retry-After}, RFC 9110 10.2.3). */
final class AskedToWait extends Exception {
    private static final long serialVersionUID = 1;

    private final Duration time;

    private AskedToWait(String header, Duration time) {
        super("Retry-After: " + header);
        this.time = time;
    }

    /** Absent where the answer says nothing of it, or nothing that can be read. */
    static Optional<AskedToWait> of(HttpHeaders headers, Instant now) {
        return headers.firstValue("Retry-After")
                .map(String::strip)
                .flatMap(value -> time(value, now).map(time -> new AskedToWait(value, time)));
    }

    private static Optional<Duration> time(String value, Instant now) {
        try {
            Duration time = value.chars().allMatch(Character::isDigit)
                    ? Duration.ofSeconds(Long.parseLong(value))
                    : Duration.between(
                            now,
                            ZonedDateTime.parse(value, DateTimeFormatter.RFC_1123_DATE_TIME)
                                    .toInstant());
            return Optional.of(time.isNegative() ? Duration.ZERO : time);
        } catch (NumberFormatException | DateTimeException e) {
            return Optional.empty();
        }
    }

    Duration time() {
        return time;
    }
}
