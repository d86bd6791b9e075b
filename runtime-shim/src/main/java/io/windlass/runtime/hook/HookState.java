package io.windlass.runtime.hook;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.windlass.runtime.oci.OciJson;
import io.windlass.runtime.oci.Spec;
import io.windlass.runtime.oci.State;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What hooks of one container read on their standard input: the state of the runtime specification.
 *
 * @param bundle the folder with {@code config.json}
 */
public record HookState(String containerId, Path bundle, Map<String, String> annotations) {
    private static final String UNKNOWN_PID = "\"pid\":0";

    public static HookState of(String containerId, Path bundle, Spec spec) {
        return new HookState(containerId, bundle, spec.annotations());
    }

    /** @param pid as the runtime sees it */
    public String running(State.Status status, long pid) {
        return json(status, pid);
    }

    public String stopped() {
        return json(State.Status.STOPPED, null);
    }

    /** The document in two parts, between which whoever runs the hook in the container puts its PID there. */
    Split inContainer(State.Status status) {
        String whole = json(status, 0L);
        // Nothing that precedes it can hold such a text: a version, an id of hexadecimal digits, a status.
        int at = whole.indexOf(UNKNOWN_PID) + UNKNOWN_PID.length();
        return new Split(whole.substring(0, at - 1), whole.substring(at));
    }

    private String json(State.Status status, @Nullable Long pid) {
        State state = new State(Spec.VERSION, containerId, status.text(), pid, bundle.toString(), annotations);
        return new String(OciJson.write(state), UTF_8);
    }

    /** What comes before the PID and what comes after it. */
    public record Split(String before, String after) {}
}
