package io.windlass.pod.model;

/** The four parts of an SELinux label. */
public record SelinuxOptions(String user, String role, String type, String level) {}
