package io.windlass.linux.selinux;

import io.windlass.fault.Fault;
import java.util.List;

/**
 * An SELinux label in its parts, {@code user:role:type:level}.
 *
 * @param level sensitivity and categories, such as {@code s0:c1,c2}; empty where the policy has none
 */
public record SecurityContext(String user, String role, String type, String level) {
    private static final int PARTS = 4;

    public static SecurityContext parse(String text) {
        List<String> parts = List.of(text.split(":", PARTS));
        if (parts.size() < PARTS - 1 || parts.stream().limit(PARTS - 1).anyMatch(String::isEmpty)) {
            throw Fault.invalid("cannot read the SELinux label '" + text + "': it is no user:role:type[:level]");
        }
        return new SecurityContext(
                parts.get(0), parts.get(1), parts.get(2), parts.size() == PARTS ? parts.get(PARTS - 1) : "");
    }

    public SecurityContext withUser(String other) {
        return new SecurityContext(other, role, type, level);
    }

    public SecurityContext withRole(String other) {
        return new SecurityContext(user, other, type, level);
    }

    public SecurityContext withType(String other) {
        return new SecurityContext(user, role, other, level);
    }

    public SecurityContext withLevel(String other) {
        return new SecurityContext(user, role, type, other);
    }

    /** The lowest sensitivity, without categories: {@code s0} of {@code s0-s0:c0.c1023}. */
    public String sensitivity() {
        return level.split("[-:]", 2)[0];
    }

    @Override
    public String toString() {
        return level.isEmpty() ? String.join(":", user, role, type) : String.join(":", user, role, type, level);
    }
}
