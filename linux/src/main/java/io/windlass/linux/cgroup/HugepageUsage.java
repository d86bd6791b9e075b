package io.windlass.linux.cgroup;

import java.util.OptionalLong;

/**
 * Bytes of huge pages of one size.
 *
 * @param pageSize as the kernel names it, like 2MB
 * @param highest the most that was ever used; version 2 does not keep it
 */
public record HugepageUsage(String pageSize, long usage, OptionalLong highest) {}
