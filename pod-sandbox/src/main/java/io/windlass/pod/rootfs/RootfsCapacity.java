package io.windlass.pod.rootfs;

/** The filesystem that writable layers lie on: its device, its size in bytes, its inodes and how many of them are free. */
public record RootfsCapacity(String device, long bytes, long inodes, long inodesFree) {}
