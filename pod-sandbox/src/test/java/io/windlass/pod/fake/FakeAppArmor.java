package io.windlass.pod.fake;

import io.windlass.pod.security.AppArmor;
import java.util.Optional;
import java.util.Set;

/** A kernel with some profiles loaded, and with or without the runtime's own. */
public final class FakeAppArmor implements AppArmor {
    private final Set<String> profiles;
    private boolean own;

    public FakeAppArmor(String... profiles) {
        this.profiles = Set.of(profiles);
    }

    public FakeAppArmor withDefault() {
        own = true;
        return this;
    }

    @Override
    public boolean enabled() {
        return true;
    }

    @Override
    public boolean loaded(String profile) {
        return profiles.contains(profile);
    }

    @Override
    public Optional<String> runtimeDefault() {
        return own ? Optional.of("windlass-default") : Optional.empty();
    }

    @Override
    public String problem() {
        return "no parser";
    }

    @Override
    public String lacking() {
        return own ? "" : problem();
    }
}
