package io.windlass.linux.cgroup;

/**
 * A limit on memory in huge pages.
 *
 * @param pageSize as the kernel writes it in file names: 64KB, 2MB, 1GB
 * @param limit in bytes
 */
public record HugepageLimit(String pageSize, long limit) {}
