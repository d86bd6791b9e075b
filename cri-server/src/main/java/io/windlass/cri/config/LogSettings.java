package io.windlass.cri.config;

import java.util.List;

/** {@code [log]}: what the daemon says about itself, on its standard error. */
public record LogSettings(String level) {
    private static final List<String> LEVELS = List.of("error", "warn", "info", "debug", "trace");

    static LogSettings read(Section section) {
        return new LogSettings(section.parsed(
                "level", "info", LogSettings::level, text -> text, "One of error, warn, info, debug, trace."));
    }

    private static String level(String text) {
        if (!LEVELS.contains(text)) {
            throw new IllegalArgumentException("\"" + text + "\" is none of " + String.join(", ", LEVELS));
        }
        return text;
    }
}
