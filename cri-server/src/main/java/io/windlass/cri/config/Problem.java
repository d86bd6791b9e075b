package io.windlass.cri.config;

import java.nio.file.Path;

/**
 * One mistake in the configuration.
 *
 * @param line counted from 1; 0 when the mistake is the file's as a whole
 */
public record Problem(Path file, int line, String text) {
    @Override
    public String toString() {
        return line == 0 ? file + ": " + text : file + ":" + line + ": " + text;
    }
}
