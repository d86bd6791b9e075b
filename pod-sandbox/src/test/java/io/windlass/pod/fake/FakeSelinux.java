package io.windlass.pod.fake;

import io.windlass.linux.selinux.ContainerContexts;
import io.windlass.linux.selinux.SecurityContext;
import io.windlass.pod.security.Selinux;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A node with a policy of a few types, users and roles; labels that files are given are only remembered. */
public final class FakeSelinux implements Selinux {
    private static final Set<String> USERS = Set.of("system_u", "user_u");
    private static final Set<String> ROLES = Set.of("system_r", "object_r", "user_r");
    private static final String CATEGORY = "c(\\d|[1-9]\\d{1,2}|10[01]\\d|102[0-3])";
    private static final String LEVEL = "s0(:" + CATEGORY + "([.,]" + CATEGORY + ")*)?";

    private final Set<String> types;
    private final Optional<ContainerContexts> contexts;
    private final int categories;
    private final Map<Path, String> relabelled = new ConcurrentHashMap<>();

    private FakeSelinux(Set<String> types, Optional<ContainerContexts> contexts, int categories) {
        this.types = types;
        this.contexts = contexts;
        this.categories = categories;
    }

    /** A policy with the types of containers. */
    public static FakeSelinux withContainers(int categories) {
        return new FakeSelinux(
                Set.of("container_t", "spc_t", "my_t", "container_file_t"),
                Optional.of(new ContainerContexts(
                        SecurityContext.parse("system_u:system_r:container_t:s0"),
                        SecurityContext.parse("system_u:object_r:container_file_t:s0"))),
                categories);
    }

    public static FakeSelinux withoutContainers() {
        return new FakeSelinux(Set.of(), Optional.empty(), 1024);
    }

    /** The same policy without a type. */
    public FakeSelinux without(String type) {
        return new FakeSelinux(
                Set.copyOf(types.stream().filter(one -> !one.equals(type)).toList()), contexts, categories);
    }

    /** What was labelled, and how. */
    public Map<Path, String> relabelled() {
        return Map.copyOf(relabelled);
    }

    @Override
    public boolean enabled() {
        return true;
    }

    @Override
    public Optional<ContainerContexts> contexts() {
        return contexts;
    }

    @Override
    public String problem() {
        return "the policy knows no containers";
    }

    /** Writes categories in their order, as the kernel does. */
    @Override
    public Optional<String> canonical(String context) {
        SecurityContext parts = SecurityContext.parse(context);
        boolean known = USERS.contains(parts.user())
                && ROLES.contains(parts.role())
                && types.contains(parts.type())
                && parts.level().matches(LEVEL);
        return known ? Optional.of(parts.withLevel(sorted(parts.level())).toString()) : Optional.empty();
    }

    private static String sorted(String level) {
        String[] halves = level.split(":", 2);
        if (halves.length == 1) {
            return level;
        }
        List<String> sorted = List.of(halves[1].split(",", -1)).stream()
                .sorted((a, b) -> Integer.compare(
                        Integer.parseInt(a.replaceAll("\\..*|c", "")), Integer.parseInt(b.replaceAll("\\..*|c", ""))))
                .toList();
        return halves[0] + ":" + String.join(",", sorted);
    }

    @Override
    public int categories() {
        return categories;
    }

    @Override
    public void relabel(Path top, String label) {
        relabelled.put(top, label);
    }
}
