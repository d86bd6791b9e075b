package io.windlass.runtime.oci;

import org.jspecify.annotations.Nullable;

/** RDMA limits of one device. */
public record Rdma(@Nullable Long hcaHandles, @Nullable Long hcaObjects) {}
