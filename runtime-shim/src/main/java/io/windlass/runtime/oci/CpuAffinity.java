package io.windlass.runtime.oci;

import com.fasterxml.jackson.annotation.JsonProperty;
import org.jspecify.annotations.Nullable;

/** The CPUs of an exec'ed process before and after it enters the container's cgroup, as lists such as "0-3,7". */
public record CpuAffinity(
        @Nullable String initial,
        @JsonProperty("final") @Nullable String last) {}
