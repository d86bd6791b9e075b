package io.windlass.image.manifest;

import java.util.Locale;

/** What an image runs on, in Go's names: {@code linux/amd64}, {@code linux/arm64/v8}. An empty variant is the default one. */
public record Platform(String os, String architecture, String variant) {
    public Platform {
        variant = normalVariant(architecture, variant);
    }

    /** The machine that this runtime runs on. */
    public static Platform current() {
        String machine = System.getProperty("os.arch", "").toLowerCase(Locale.ROOT);
        String architecture = switch (machine) {
            case "x86_64" -> "amd64";
            case "aarch64" -> "arm64";
            default -> machine;
        };
        return new Platform("linux", architecture, "");
    }

    /** 64-bit ARM has one baseline, which some builders write as v8 and others leave out. */
    private static String normalVariant(String architecture, String variant) {
        return architecture.equals("arm64") && variant.equals("v8") ? "" : variant;
    }

    @Override
    public String toString() {
        return os + "/" + architecture + (variant.isEmpty() ? "" : "/" + variant);
    }
}
