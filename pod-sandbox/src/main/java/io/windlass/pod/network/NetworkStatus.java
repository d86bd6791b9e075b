package io.windlass.pod.network;

/**
 * The CRI's NetworkReady condition.
 *
 * @param reason one word in CamelCase; empty when there is nothing to say
 * @param message for the operator: what is missing and what to do; a ready network may have one too
 */
public record NetworkStatus(boolean ready, String reason, String message) {
    public static final NetworkStatus READY = new NetworkStatus(true, "", "");

    public static NetworkStatus notReady(String reason, String message) {
        return new NetworkStatus(false, reason, message);
    }

    /** Ready, but something that pods may ask for is missing. */
    public static NetworkStatus limited(String reason, String message) {
        return new NetworkStatus(true, reason, message);
    }
}
