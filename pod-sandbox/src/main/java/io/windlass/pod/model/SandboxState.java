package io.windlass.pod.model;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.time.Instant;

/**
 * Where a sandbox is in its life.
 *
 * <pre>
 *  RunPodSandbox          StopPodSandbox, or its shim died
 * ---------------> Ready ----------------------------------> NotReady --RemovePodSandbox--> (gone)
 *                    |                                                                        ^
 *                    +------------------------RemovePodSandbox (stops it first)---------------+
 * </pre>
 *
 * A sandbox that is not wholly made yet has no state: nobody but its maker sees it.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "state")
@JsonSubTypes({
    @JsonSubTypes.Type(value = SandboxState.Ready.class, name = "ready"),
    @JsonSubTypes.Type(value = SandboxState.NotReady.class, name = "notReady")
})
public sealed interface SandboxState {
    /** The state without its details. */
    SandboxStateKind kind();

    /** Its namespaces stand, and containers may be created in it. */
    record Ready() implements SandboxState {
        @Override
        public SandboxStateKind kind() {
            return SandboxStateKind.READY;
        }
    }

    /** It holds no process and no network; {@code reason} is worded for people. */
    record NotReady(Instant since, String reason) implements SandboxState {
        @Override
        public SandboxStateKind kind() {
            return SandboxStateKind.NOT_READY;
        }
    }
}
