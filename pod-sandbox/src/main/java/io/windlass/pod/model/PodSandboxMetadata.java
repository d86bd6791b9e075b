package io.windlass.pod.model;

/** Who a sandbox is for: the four values together name it uniquely. */
public record PodSandboxMetadata(String name, String uid, String namespace, int attempt) {
    @Override
    public String toString() {
        return namespace + "/" + name + " (uid " + uid + ", attempt " + attempt + ")";
    }
}
