package io.windlass.runtime.oci;

import org.jspecify.annotations.Nullable;

/** A condition on one argument of a system call; {@code op} is a name such as "SCMP_CMP_MASKED_EQ". */
public record SeccompArgument(
        int index, long value, @Nullable Long valueTwo, String op) {}
