package io.windlass.runtime.oci;

import org.jspecify.annotations.Nullable;

/** Memory limits in bytes; {@code swap} is memory plus swap, -1 is unlimited. */
public record Memory(
        @Nullable Long limit,
        @Nullable Long reservation,
        @Nullable Long swap,
        @Nullable Long kernel,
        @Nullable Long kernelTCP,
        @Nullable Long swappiness,
        @Nullable Boolean disableOOMKiller,
        @Nullable Boolean useHierarchy,
        @Nullable Boolean checkBeforeUpdate) {
    public static Memory of(@Nullable Long limit, @Nullable Long swap) {
        return new Memory(limit, null, swap, null, null, null, null, null, null);
    }
}
