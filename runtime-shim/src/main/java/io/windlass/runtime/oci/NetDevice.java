package io.windlass.runtime.oci;

import org.jspecify.annotations.Nullable;

/** A network device moved into the container, and its name there. */
public record NetDevice(@Nullable String name) {}
