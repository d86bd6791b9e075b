package io.windlass.pod.security;

import io.windlass.fault.Fault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * AppArmor of a kernel that has it: which profiles are loaded, and our own, which is loaded once at the first need. Thread-safe.
 *
 * <p>The kernel's list is read each time that somebody asks for a profile by name: others load and remove profiles as they like.
 */
public final class KernelAppArmor implements AppArmor {
    /** The kernel's own word on whether it enforces anything. */
    private static final Path ENABLED = Path.of("/sys/module/apparmor/parameters/enabled");

    private static final Path SECURITY_FILES = Path.of("/sys/kernel/security");

    private final Path profiles;
    private final DefaultProfile own;

    /** @param securityFiles where securityfs is mounted */
    KernelAppArmor(Path securityFiles, DefaultProfile own) {
        this.profiles = securityFiles.resolve("apparmor/profiles");
        this.own = own;
    }

    /** @param state the daemon's folder of things that are gone after a reboot, as loaded profiles are */
    public static AppArmor detect(Path state) {
        try {
            if (!Files.exists(ENABLED) || !Files.readString(ENABLED).strip().equals("Y")) {
                return NONE;
            }
        } catch (IOException e) {
            throw Fault.internal("cannot read " + ENABLED + ": " + e.getMessage(), e);
        }
        return new KernelAppArmor(SECURITY_FILES, new DefaultProfile(AppArmorParser.find(), state));
    }

    @Override
    public boolean enabled() {
        return true;
    }

    @Override
    public boolean loaded(String profile) {
        return names().contains(profile);
    }

    @Override
    public Optional<String> runtimeDefault() {
        return own.load(names().contains(DefaultProfile.NAME)) ? Optional.of(DefaultProfile.NAME) : Optional.empty();
    }

    @Override
    public String problem() {
        return own.problem();
    }

    @Override
    public String lacking() {
        try {
            return own.lacking(names().contains(DefaultProfile.NAME));
        } catch (Fault e) {
            return e.getMessage();
        }
    }

    /** Lines such as {@code /usr/bin/man (enforce)}; names may have spaces. */
    private Set<String> names() {
        try (Stream<String> lines = Files.lines(profiles)) {
            return lines.map(line -> line.lastIndexOf(" (") < 0 ? line : line.substring(0, line.lastIndexOf(" (")))
                    .collect(Collectors.toSet());
        } catch (IOException e) {
            throw Fault.precondition("cannot read which AppArmor profiles are loaded, from " + profiles + ": "
                    + e.getMessage() + "; is securityfs mounted?");
        }
    }
}
