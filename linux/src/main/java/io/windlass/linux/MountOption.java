package io.windlass.linux;

import java.util.Optional;

/** One option given to a file system before it is mounted: a bare flag ({@code ro}) or a key with a value. */
public record MountOption(String key, Optional<String> value) {
    public static MountOption flag(String key) {
        return new MountOption(key, Optional.empty());
    }

    public static MountOption of(String key, String value) {
        return new MountOption(key, Optional.of(value));
    }

    @Override
    public String toString() {
        return value.map(v -> key + "=" + v).orElse(key);
    }
}
