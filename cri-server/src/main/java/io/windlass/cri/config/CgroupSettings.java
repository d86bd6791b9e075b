package io.windlass.cri.config;

import java.util.Locale;

/** {@code [cgroup]}: where the pods' cgroups are made, and by whom. */
public record CgroupSettings(Driver driver, String defaultParent) {
    /** Who makes cgroups. Kubelet must be told the same, or ask for it by RuntimeConfig. */
    public enum Driver {
        CGROUPFS,
        SYSTEMD
    }

    static CgroupSettings read(Section section) {
        Driver driver = section.parsed(
                "driver",
                Driver.CGROUPFS,
                CgroupSettings::driver,
                given -> given.name().toLowerCase(Locale.ROOT),
                "Who makes the cgroups: \"cgroupfs\", this daemon itself, or \"systemd\", asked by this daemon.");
        return new CgroupSettings(
                driver,
                section.parsed(
                        "default_parent",
                        "",
                        text -> parent(text, driver),
                        parent -> parent,
                        "Parent of the cgroups of pods that name none, a path or a slice; empty: one of this daemon's own."));
    }

    private static Driver driver(String text) {
        return switch (text) {
            case "cgroupfs" -> Driver.CGROUPFS;
            case "systemd" -> Driver.SYSTEMD;
            default ->
                throw new IllegalArgumentException(
                        "\"" + text + "\" is no cgroup driver; use \"cgroupfs\" or \"systemd\"");
        };
    }

    private static String parent(String text, Driver driver) {
        if (text.isEmpty()) {
            return text;
        }
        if (driver == Driver.SYSTEMD) {
            if (!text.endsWith(".slice") || text.contains("/")) {
                throw new IllegalArgumentException("\"" + text + "\" must be the name of a slice, like pods.slice");
            }
        } else if (!text.startsWith("/") || text.contains("..")) {
            throw new IllegalArgumentException("\"" + text + "\" must start with / and go nowhere up");
        }
        return text;
    }
}
