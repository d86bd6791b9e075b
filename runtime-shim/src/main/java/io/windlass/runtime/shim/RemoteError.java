package io.windlass.runtime.shim;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.linux.Errno;
import java.util.ArrayList;
import java.util.List;

/** An ERROR frame: errno, what was attempted, and on what. */
record RemoteError(Errno errno, String step, String message) {
    static RemoteError of(WireFrame frame) {
        Fields fields = frame.fields();
        return new RemoteError(new Errno(fields.u32()), fields.str(), fields.str());
    }

    Fault fault(String action) {
        List<String> parts = new ArrayList<>(List.of(action));
        if (!step.isEmpty()) {
            parts.add(step);
        }
        if (!message.isEmpty()) {
            parts.add(message);
        }
        // About a child, the step and the message say all that is known.
        if (errno.number() != 0 && !errno.equals(Errno.ECHILD)) {
            parts.add(errno.toString());
        }
        return new Fault(kind(), String.join(": ", parts), null);
    }

    private FaultKind kind() {
        FaultKind kind = errno.kind();
        return switch (step) {
            case "find" -> kind;
            // Asked for in the wrong state.
            case "start", "signal", "delete", "shutdown", "quit" -> FaultKind.FAILED_PRECONDITION;
            case "create", "spawn" -> errno.equals(Errno.ESRCH) ? FaultKind.FAILED_PRECONDITION : kind;
            // A step of a launch: what is missing or forbidden is a path of the host or the image, not the object of
            // the
            // request.
            default ->
                switch (kind) {
                    case NOT_FOUND, ALREADY_EXISTS, PERMISSION_DENIED -> FaultKind.FAILED_PRECONDITION;
                    default -> kind;
                };
        };
    }
}
