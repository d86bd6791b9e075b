package io.windlass.pod.security;

import java.util.Optional;

/** The kernel's AppArmor, as far as containers are concerned. Thread-safe. */
public interface AppArmor {
    /** A kernel without it, or one where it is switched off. */
    AppArmor NONE = new AppArmor() {
        @Override
        public boolean enabled() {
            return false;
        }

        @Override
        public boolean loaded(String profile) {
            return false;
        }

        @Override
        public Optional<String> runtimeDefault() {
            return Optional.empty();
        }

        @Override
        public String problem() {
            return "this kernel has no AppArmor";
        }

        @Override
        public String lacking() {
            return "";
        }
    };

    boolean enabled();

    /** Whether the kernel knows a profile of this name, in whatever mode. */
    boolean loaded(String profile);

    /** The name of our own profile; absent when it could not be loaded, which {@link #problem} explains. */
    Optional<String> runtimeDefault();

    /** Why there is no profile of our own. */
    String problem();

    /** What this node lacks for a profile of our own, as far as that is known before somebody needs it; empty: nothing, or no AppArmor. */
    String lacking();
}
