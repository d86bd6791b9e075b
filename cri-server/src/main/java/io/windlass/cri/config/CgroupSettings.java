package io.windlass.cri.config;

/** {@code [cgroup]}: where the pods' cgroups are made, and by whom. */
public record CgroupSettings(Driver driver, String defaultParent) {
    /** Who makes cgroups. Kubelet must be told the same, or ask for it by RuntimeConfig. */
    public enum Driver {
        CGROUPFS
    }

    static CgroupSettings read(Section section) {
        return new CgroupSettings(
                section.parsed(
                        "driver",
                        Driver.CGROUPFS,
                        CgroupSettings::driver,
                        _ -> "cgroupfs",
                        "Who makes the cgroups: \"cgroupfs\", this daemon itself."),
                section.parsed(
                        "default_parent",
                        "",
                        CgroupSettings::parent,
                        parent -> parent,
                        "Parent of the cgroups of pods that name none; empty: one of this daemon's own."));
    }

    private static Driver driver(String text) {
        return switch (text) {
            case "cgroupfs" -> Driver.CGROUPFS;
            case "systemd" ->
                throw new IllegalArgumentException(
                        "windlass does not support the systemd driver yet; use \"cgroupfs\"");
            default -> throw new IllegalArgumentException("\"" + text + "\" is no cgroup driver; use \"cgroupfs\"");
        };
    }

    private static String parent(String text) {
        if (text.isEmpty()) {
            return text;
        }
        if (!text.startsWith("/") || text.contains("..")) {
            throw new IllegalArgumentException("\"" + text + "\" must start with / and go nowhere up");
        }
        return text;
    }
}
