package io.windlass.cri.config;

import java.util.Locale;

/**
 * {@code [selinux]}: the labels that containers are kept apart by.
 *
 * @param categories how many categories pods are told apart by, from c0 on
 */
public record SelinuxSettings(Use use, int categories) {
    private static final int MOST_CATEGORIES = 1024;

    /** Whether containers are labelled. */
    public enum Use {
        AUTO,
        TRUE,
        FALSE
    }

    static SelinuxSettings read(Section section) {
        return new SelinuxSettings(
                section.parsed(
                        "enabled",
                        Use.AUTO,
                        SelinuxSettings::use,
                        given -> given.name().toLowerCase(Locale.ROOT),
                        "Whether containers are labelled: \"auto\", where the kernel has SELinux; \"true\", or the daemon does not start; \"false\"."),
                (int) section.integer(
                        "category_range",
                        MOST_CATEGORIES,
                        2,
                        MOST_CATEGORIES,
                        "Of how many categories, from c0 on, each pod gets a pair of its own."));
    }

    private static Use use(String text) {
        return switch (text) {
            case "auto" -> Use.AUTO;
            case "true" -> Use.TRUE;
            case "false" -> Use.FALSE;
            default ->
                throw new IllegalArgumentException("\"" + text + "\" is none of \"auto\", \"true\" and \"false\"");
        };
    }
}
