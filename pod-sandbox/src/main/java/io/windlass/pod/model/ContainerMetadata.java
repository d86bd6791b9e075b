package io.windlass.pod.model;

/** Which container of its pod: name and attempt together are unique within the pod. */
public record ContainerMetadata(String name, int attempt) {
    @Override
    public String toString() {
        return name + " (attempt " + attempt + ")";
    }
}
