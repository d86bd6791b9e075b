package io.windlass.pod.spec;

import io.windlass.pod.rootfs.Rootfs;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The users and groups that a container's image knows: /etc/passwd and /etc/group, as the container sees them. */
final class Passwd {
    private final List<User> users;
    private final List<Group> groups;

    private Passwd(List<User> users, List<Group> groups) {
        this.users = users;
        this.groups = groups;
    }

    static Passwd read(Rootfs rootfs) {
        List<User> users = new ArrayList<>();
        for (String[] fields : table(rootfs, "/etc/passwd")) {
            if (fields.length >= 4 && isId(fields[2]) && isId(fields[3])) {
                String home = fields.length > 5 ? fields[5] : "";
                users.add(new User(fields[0], Long.parseLong(fields[2]), Long.parseLong(fields[3]), home));
            }
        }
        List<Group> groups = new ArrayList<>();
        for (String[] fields : table(rootfs, "/etc/group")) {
            if (fields.length >= 3 && isId(fields[2])) {
                List<String> members = fields.length > 3 ? List.of(fields[3].split(",", -1)) : List.of();
                groups.add(new Group(fields[0], Long.parseLong(fields[2]), members));
            }
        }
        return new Passwd(users, groups);
    }

    private static List<String[]> table(Rootfs rootfs, String file) {
        return rootfs.readFile(file)
                .map(bytes -> new String(bytes, StandardCharsets.UTF_8))
                .orElse("")
                .lines()
                .filter(line -> !line.startsWith("#"))
                .map(line -> line.strip().split(":", -1))
                .toList();
    }

    /** Whether the text is a number that fits user and group ids. */
    static boolean isId(String text) {
        return !text.isEmpty()
                && text.length() <= 10
                && text.chars().allMatch(c -> c >= '0' && c <= '9')
                && Long.parseLong(text) < 0xffff_ffffL;
    }

    Optional<User> user(String name) {
        return users.stream().filter(user -> user.name().equals(name)).findFirst();
    }

    Optional<User> user(long uid) {
        return users.stream().filter(user -> user.uid() == uid).findFirst();
    }

    Optional<Group> group(String name) {
        return groups.stream().filter(group -> group.name().equals(name)).findFirst();
    }

    /** The groups that list the user as a member; a user without a name is in none. */
    List<Long> groupsOf(String userName) {
        return groups.stream()
                .filter(_ -> !userName.isEmpty())
                .filter(group -> group.members().contains(userName))
                .map(Group::gid)
                .toList();
    }

    record User(String name, long uid, long gid, String home) {}

    record Group(String name, long gid, List<String> members) {}
}
