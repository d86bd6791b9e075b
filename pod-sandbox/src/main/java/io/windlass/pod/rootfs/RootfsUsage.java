package io.windlass.pod.rootfs;

import java.nio.file.Path;

/** What a writable layer takes, and the folder on the node that its filesystem is known by. */
public record RootfsUsage(Path mountpoint, long bytes, long inodes) {}
