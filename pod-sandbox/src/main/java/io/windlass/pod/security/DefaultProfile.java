package io.windlass.pod.security;

import io.windlass.fault.Fault;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Objects;
import java.util.Optional;

/**
 * Our own profile, for containers that ask for RuntimeDefault or for nothing. Thread-safe.
 *
 * <p>Compiling it takes a second, so it is loaded once after each boot and each change of its text: a file in the state folder, which is gone
 * after a reboot as the profile is, says which text the kernel has.
 */
final class DefaultProfile {
    static final String NAME = "windlass-default";

    private static final String NO_PARSER =
            "there is no apparmor_parser on this machine; install Debian's package apparmor";

    private static final System.Logger LOG = System.getLogger(DefaultProfile.class.getName());

    private final Optional<AppArmorParser> parser;
    private final Path loadedText;
    private final String text = text();
    private String problem = "";
    private boolean done;

    DefaultProfile(Optional<AppArmorParser> parser, Path state) {
        this.parser = parser;
        this.loadedText = state.resolve("apparmor-profile.sha256");
    }

    static String text() {
        try (InputStream resource = Objects.requireNonNull(
                DefaultProfile.class.getResourceAsStream("windlass-default.apparmor"), "the profile is shipped")) {
            return new String(resource.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw Fault.internal("cannot read the default AppArmor profile: " + e.getMessage(), e);
        }
    }

    /**
     * Whether the kernel has the profile now. What went wrong at the first try is told, and not tried again before the next start.
     *
     * @param present whether the kernel has a profile of that name
     */
    synchronized boolean load(boolean present) {
        if (present && (done || isLoaded())) {
            done = true;
            return true;
        }
        if (!problem.isEmpty()) {
            return false;
        }
        try {
            parser.orElseThrow(() -> Fault.precondition(NO_PARSER)).replace(text);
            remember();
            done = true;
            return true;
        } catch (Fault e) {
            problem = "the profile " + NAME + " cannot be loaded: " + e.getMessage();
            LOG.log(
                    System.Logger.Level.WARNING,
                    problem + "; containers that do not ask for an AppArmor profile run without one");
            return false;
        }
    }

    synchronized String problem() {
        return problem;
    }

    /** What keeps the profile from being loaded, as far as that is known without trying. */
    synchronized String lacking(boolean present) {
        boolean unneeded = parser.isPresent() || (present && (done || isLoaded()));
        return problem.isEmpty() && !unneeded ? NO_PARSER : problem;
    }

    private boolean isLoaded() {
        try {
            return Files.exists(loadedText) && Files.readString(loadedText).equals(digest());
        } catch (IOException e) {
            throw Fault.internal("cannot read " + loadedText + ": " + e.getMessage(), e);
        }
    }

    private void remember() {
        Path fresh = loadedText.resolveSibling(loadedText.getFileName() + ".new");
        try {
            Files.writeString(fresh, digest());
            Files.move(fresh, loadedText, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw Fault.internal("cannot write " + loadedText + ": " + e.getMessage(), e);
        }
    }

    private String digest() {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw Fault.internal("every Java has SHA-256", e);
        }
    }
}
