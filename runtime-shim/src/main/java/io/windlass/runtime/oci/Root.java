package io.windlass.runtime.oci;

/** The root filesystem: its path (ignored where the layers are given to the launch itself) and whether it is read-only. */
public record Root(String path, boolean readonly) {
    public Root {
        path = Absent.text(path);
    }
}
