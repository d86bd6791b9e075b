package io.windlass.linux.cgroup;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Limits of a control group in the terms of the OCI runtime specification; what is empty stays as it is.
 *
 * @param cpuShares relative weight, 2 to 262144, where 1024 is one ordinary share
 * @param cpuQuota microseconds of CPU time in each period; -1 for no limit
 * @param cpuPeriod microseconds
 * @param cpusetCpus list format of the kernel, like 0-2,7
 * @param cpusetMems as {@code cpusetCpus}, of memory nodes
 * @param memoryLimit bytes; -1 for no limit
 * @param memorySwapLimit bytes of memory and swap together; -1 for no limit
 * @param pidsLimit tasks; -1 for no limit
 * @param unified files of cgroup2 to write verbatim
 */
public record CgroupResources(
        OptionalLong cpuShares,
        OptionalLong cpuQuota,
        OptionalLong cpuPeriod,
        Optional<String> cpusetCpus,
        Optional<String> cpusetMems,
        OptionalLong memoryLimit,
        OptionalLong memorySwapLimit,
        OptionalLong pidsLimit,
        List<HugepageLimit> hugepageLimits,
        Map<String, String> unified,
        DeviceRules devices) {
    /** No limits. */
    public static final CgroupResources NONE = builder().build();

    public CgroupResources {
        hugepageLimits = List.copyOf(hugepageLimits);
        unified = Collections.unmodifiableMap(new LinkedHashMap<>(unified));
    }

    public static Builder builder() {
        return new Builder();
    }

    public CgroupResources withoutDevices() {
        return new CgroupResources(
                cpuShares,
                cpuQuota,
                cpuPeriod,
                cpusetCpus,
                cpusetMems,
                memoryLimit,
                memorySwapLimit,
                pidsLimit,
                hugepageLimits,
                unified,
                DeviceRules.NONE);
    }

    /** Collects limits; each setter says which it sets. */
    public static final class Builder {
        private OptionalLong cpuShares = OptionalLong.empty();
        private OptionalLong cpuQuota = OptionalLong.empty();
        private OptionalLong cpuPeriod = OptionalLong.empty();
        private Optional<String> cpusetCpus = Optional.empty();
        private Optional<String> cpusetMems = Optional.empty();
        private OptionalLong memoryLimit = OptionalLong.empty();
        private OptionalLong memorySwapLimit = OptionalLong.empty();
        private OptionalLong pidsLimit = OptionalLong.empty();
        private final List<HugepageLimit> hugepageLimits = new ArrayList<>();
        private final Map<String, String> unified = new LinkedHashMap<>();
        private DeviceRules devices = DeviceRules.NONE;

        private Builder() {}

        public Builder cpuShares(long shares) {
            cpuShares = OptionalLong.of(shares);
            return this;
        }

        public Builder cpuQuota(long microseconds) {
            cpuQuota = OptionalLong.of(microseconds);
            return this;
        }

        public Builder cpuPeriod(long microseconds) {
            cpuPeriod = OptionalLong.of(microseconds);
            return this;
        }

        public Builder cpusetCpus(String cpus) {
            cpusetCpus = Optional.of(cpus);
            return this;
        }

        public Builder cpusetMems(String mems) {
            cpusetMems = Optional.of(mems);
            return this;
        }

        public Builder memoryLimit(long bytes) {
            memoryLimit = OptionalLong.of(bytes);
            return this;
        }

        public Builder memorySwapLimit(long bytes) {
            memorySwapLimit = OptionalLong.of(bytes);
            return this;
        }

        public Builder pidsLimit(long tasks) {
            pidsLimit = OptionalLong.of(tasks);
            return this;
        }

        public Builder hugepageLimit(HugepageLimit limit) {
            hugepageLimits.add(limit);
            return this;
        }

        public Builder unified(Map<String, String> files) {
            unified.putAll(files);
            return this;
        }

        public Builder devices(DeviceRules rules) {
            devices = rules;
            return this;
        }

        public CgroupResources build() {
            return new CgroupResources(
                    cpuShares,
                    cpuQuota,
                    cpuPeriod,
                    cpusetCpus,
                    cpusetMems,
                    memoryLimit,
                    memorySwapLimit,
                    pidsLimit,
                    hugepageLimits,
                    unified,
                    devices);
        }
    }
}
