package io.windlass.pod.model;

/** Which seccomp or AppArmor profile is wanted; {@code localhostRef} counts with {@link Type#LOCALHOST} only. */
public record SecurityProfile(Type type, String localhostRef) {
    /** The kinds of profile. */
    public enum Type {
        RUNTIME_DEFAULT,
        UNCONFINED,
        LOCALHOST
    }
}
