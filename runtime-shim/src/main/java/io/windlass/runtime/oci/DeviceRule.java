package io.windlass.runtime.oci;

import org.jspecify.annotations.Nullable;

/** One rule of the device cgroup, later ones win; null numbers mean any. */
public record DeviceRule(
        boolean allow,
        @Nullable String type,
        @Nullable Long major,
        @Nullable Long minor,
        @Nullable String access) {}
