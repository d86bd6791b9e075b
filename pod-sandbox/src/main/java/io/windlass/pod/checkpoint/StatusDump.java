package io.windlass.pod.checkpoint;

import io.windlass.pod.model.ContainerState;
import io.windlass.pod.model.ContainerStatus;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/** A container's status with the names that the CRI's messages have as JSON, as containerd writes it into checkpoints. */
final class StatusDump {
    private static final int RUNNING = 1;

    private StatusDump() {}

    static Map<String, Object> of(ContainerStatus status) {
        Map<String, Object> dump = new LinkedHashMap<>();
        dump.put("id", status.id().value());
        dump.put(
                "metadata",
                Map.of(
                        "name", status.metadata().name(),
                        "attempt", status.metadata().attempt()));
        dump.put("state", RUNNING);
        dump.put("created_at", nanoseconds(status.createdAt()));
        if (status.state() instanceof ContainerState.Running running) {
            dump.put("started_at", nanoseconds(running.startedAt()));
        }
        dump.put("image", Map.of("image", status.image().image()));
        dump.put("image_ref", status.imageRef());
        dump.put("labels", status.labels());
        dump.put("annotations", status.annotations());
        dump.put("log_path", status.logPath());
        return dump;
    }

    private static long nanoseconds(Instant time) {
        return time.getEpochSecond() * 1_000_000_000 + time.getNano();
    }
}
