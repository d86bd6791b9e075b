package io.windlass.pod.model;

/**
 * The SELinux labels of a pod or a container.
 *
 * @param process of its processes; empty for that of whoever makes them
 * @param mount of its files
 */
public record SelinuxLabels(String process, String mount) {}
