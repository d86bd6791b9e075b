package io.windlass.pod.security;

import io.windlass.pod.program.HostProgram;
import java.time.Duration;
import java.util.Optional;

/** The program apparmor_parser, which compiles profiles and loads them into the kernel. Thread-safe. */
class AppArmorParser {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final HostProgram program;

    AppArmorParser(HostProgram program) {
        this.program = program;
    }

    static Optional<AppArmorParser> find() {
        return HostProgram.find("apparmor_parser", LIMIT).map(AppArmorParser::new);
    }

    /** Loads a profile, in the place of one of the same name. Neither the parser's cache is written nor read: the text decides. */
    void replace(String profile) {
        program.feed(profile, "--replace", "--skip-cache", "--quiet");
    }
}
