package io.windlass.pod.rootfs;

import java.util.List;
import java.util.Map;

/**
 * The part of an image's configuration that says how to run it (OCI image-spec, config.md).
 *
 * @param user empty, or uid, name, uid:gid, name:group
 * @param stopSignal empty, or as the image wrote it
 */
public record ImageConfiguration(
        List<String> entrypoint,
        List<String> cmd,
        List<String> env,
        String workingDir,
        String user,
        String stopSignal,
        Map<String, String> labels,
        List<String> volumes) {
    public ImageConfiguration {
        entrypoint = List.copyOf(entrypoint);
        cmd = List.copyOf(cmd);
        env = List.copyOf(env);
        labels = Map.copyOf(labels);
        volumes = List.copyOf(volumes);
    }
}
