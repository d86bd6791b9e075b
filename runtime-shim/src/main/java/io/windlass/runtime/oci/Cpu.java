package io.windlass.runtime.oci;

import org.jspecify.annotations.Nullable;

/** CPU time and CPUs; quota, period and burst in microseconds. */
public record Cpu(
        @Nullable Long shares,
        @Nullable Long quota,
        @Nullable Long burst,
        @Nullable Long period,
        @Nullable Long realtimeRuntime,
        @Nullable Long realtimePeriod,
        @Nullable String cpus,
        @Nullable String mems,
        @Nullable Long idle) {
    public static Cpu of(
            @Nullable Long shares,
            @Nullable Long quota,
            @Nullable Long period,
            @Nullable String cpus,
            @Nullable String mems) {
        return new Cpu(shares, quota, null, period, null, null, cpus, mems, null);
    }
}
