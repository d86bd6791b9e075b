package io.windlass.runtime.oci;

import org.jspecify.annotations.Nullable;

/** Block I/O weight of one device. */
public record WeightDevice(
        long major,
        long minor,
        @Nullable Integer weight,
        @Nullable Integer leafWeight) {}
