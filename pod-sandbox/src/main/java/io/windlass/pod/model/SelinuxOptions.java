package io.windlass.pod.model;

/** The four parts of an SELinux label; each may be empty, which asks for nothing. */
public record SelinuxOptions(String user, String role, String type, String level) {
    /** What asks for nothing at all. */
    public static final SelinuxOptions NONE = new SelinuxOptions("", "", "", "");
}
