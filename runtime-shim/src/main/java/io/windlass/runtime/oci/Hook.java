package io.windlass.runtime.oci;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A program run at a point of the container's life; {@code timeout} in seconds. */
public record Hook(
        String path,
        List<String> args,
        List<String> env,
        @Nullable Integer timeout) {
    public Hook {
        args = Absent.list(args);
        env = Absent.list(env);
    }
}
