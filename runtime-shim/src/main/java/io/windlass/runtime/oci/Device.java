package io.windlass.runtime.oci;

import org.jspecify.annotations.Nullable;

/** A device node made in the container: {@code type} is b, c, u or p; {@code fileMode} are the permission bits. */
public record Device(
        String path,
        String type,
        long major,
        long minor,
        @Nullable Integer fileMode,
        @Nullable Long uid,
        @Nullable Long gid) {}
