package io.windlass.cri.release;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/** The release that this build is. */
public final class ReleaseVersion {
    private static final String VERSION = read();

    private ReleaseVersion() {}

    /** A semantic version. */
    public static String text() {
        return VERSION;
    }

    private static String read() {
        try (InputStream in = ReleaseVersion.class.getResourceAsStream("/io/windlass/cri/release/version.properties")) {
            if (in == null) {
                throw new IllegalStateException("version.properties is missing from this build");
            }
            Properties properties = new Properties();
            properties.load(in);
            return properties.getProperty("version", "");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
