package io.windlass.runtime.oci;

/** The size of a terminal in characters. */
public record ConsoleSize(int height, int width) {}
