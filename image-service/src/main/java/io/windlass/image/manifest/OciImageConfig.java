package io.windlass.image.manifest;

import io.windlass.image.reference.Digest;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * An image's config blob, as far as a runtime uses it; strings that it does not have are empty.
 *
 * @param created RFC 3339 text, as the builder wrote it
 * @param user {@code user[:group]}, each a name or a number
 * @param exposedPorts such as {@code 80/tcp}
 * @param diffIds digests of the uncompressed layers, lowest first
 */
public record OciImageConfig(
        Platform platform,
        String created,
        String author,
        String user,
        List<String> env,
        List<String> entrypoint,
        List<String> cmd,
        String workingDir,
        Map<String, String> labels,
        Set<String> exposedPorts,
        Set<String> volumes,
        String stopSignal,
        List<Digest> diffIds) {
    public OciImageConfig {
        env = List.copyOf(env);
        entrypoint = List.copyOf(entrypoint);
        cmd = List.copyOf(cmd);
        labels = Map.copyOf(labels);
        exposedPorts = Set.copyOf(exposedPorts);
        volumes = Set.copyOf(volumes);
        diffIds = List.copyOf(diffIds);
    }
}
