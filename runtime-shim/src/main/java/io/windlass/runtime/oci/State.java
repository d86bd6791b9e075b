package io.windlass.runtime.oci;

import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The state of a container, as it is told to hooks. */
public record State(
        String ociVersion,
        String id,
        String status,
        @Nullable Long pid,
        String bundle,
        Map<String, String> annotations) {
    public State {
        annotations = Absent.map(annotations);
    }

    /** Where the container stands in its life. */
    public enum Status {
        CREATING,
        CREATED,
        RUNNING,
        STOPPED;

        public String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
