package io.windlass.pod.rootfs;

/**
 * An image on this machine.
 *
 * @param id what PullImage answered
 * @param reference the image by digest where it has one, else the id
 */
public record ResolvedImage(String id, String reference, ImageConfiguration configuration) {}
