package io.windlass.runtime.oci;

import org.jspecify.annotations.Nullable;

/** The highest number of tasks; -1 is unlimited. */
public record Pids(@Nullable Long limit) {}
