package io.windlass.linux.seccomp;

import io.windlass.fault.Fault;
import io.windlass.linux.Architecture;
import io.windlass.linux.Capability;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * A compiled policy: struct sock_filter after struct sock_filter, little-endian, ready for seccomp(2).
 *
 * <p>Compiling is pure, and most containers share a policy: the last filters are kept, found by value. Immutable and thread-safe.
 */
public final class SeccompFilter {
    private static final int KEPT = 64;
    private static final Map<Key, SeccompFilter> CACHE =
            Collections.synchronizedMap(new LinkedHashMap<>(KEPT, 0.75f, true) {
                private static final long serialVersionUID = 1;

                @Override
                protected boolean removeEldestEntry(Map.Entry<Key, SeccompFilter> eldest) {
                    return size() > KEPT;
                }
            });

    private final byte[] instructions;

    SeccompFilter(byte[] instructions) {
        this.instructions = instructions;
    }

    /**
     * The filter for a container.
     *
     * @param capabilities of the container's bounding set: policies may have rules for those who hold some
     * @throws Fault INVALID_ARGUMENT when the filter is longer than the kernel takes
     */
    public static SeccompFilter compile(SeccompPolicy policy, Set<Capability> capabilities, Architecture machine) {
        Key key = new Key(policy, Set.copyOf(capabilities), machine);
        SeccompFilter known = CACHE.get(key);
        if (known != null) {
            return known;
        }
        SeccompFilter compiled =
                new FilterCompiler(policy, key.capabilities, machine, KernelVersion.current()).compile();
        CACHE.put(key, compiled);
        return compiled;
    }

    public byte[] bytes() {
        return instructions.clone();
    }

    /** How many instructions it has. */
    public int length() {
        return instructions.length / 8;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SeccompFilter that && Arrays.equals(instructions, that.instructions);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(instructions);
    }

    private record Key(SeccompPolicy policy, Set<Capability> capabilities, Architecture machine) {}
}
