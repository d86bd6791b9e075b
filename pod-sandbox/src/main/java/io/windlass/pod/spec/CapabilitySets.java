package io.windlass.pod.spec;

import io.windlass.fault.Fault;
import io.windlass.linux.Capability;
import io.windlass.pod.model.CapabilityChanges;
import io.windlass.pod.model.LinuxContainerSecurityContext;
import io.windlass.runtime.oci.Capabilities;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The capability sets of a container. */
final class CapabilitySets {
    private static final String ALL = "ALL";
    private static final List<String> DEFAULT = List.of(
            "CAP_CHOWN",
            "CAP_DAC_OVERRIDE",
            "CAP_FSETID",
            "CAP_FOWNER",
            "CAP_MKNOD",
            "CAP_NET_RAW",
            "CAP_SETGID",
            "CAP_SETUID",
            "CAP_SETFCAP",
            "CAP_SETPCAP",
            "CAP_NET_BIND_SERVICE",
            "CAP_SYS_CHROOT",
            "CAP_KILL",
            "CAP_AUDIT_WRITE");

    private CapabilitySets() {}

    /**
     * The default set with the request's changes; ALL is meant first, single names after it.
     *
     * <p>Inheritable holds the ambient ones only: anything more would let a file's inheritable bits raise what the container
     * never had (CVE-2022-24769).
     *
     * @param available what this process can give
     */
    static Capabilities of(LinuxContainerSecurityContext security, List<String> available) {
        if (security.privileged()) {
            return new Capabilities(available, available, List.of(), available, List.of());
        }
        CapabilityChanges changes = security.capabilities();
        Set<String> set = new LinkedHashSet<>(DEFAULT);
        set.retainAll(available);
        if (hasAll(changes.add())) {
            set.addAll(available);
        }
        if (hasAll(changes.drop())) {
            set.clear();
        }
        Set<String> ambient = new LinkedHashSet<>();
        if (hasAll(changes.addAmbient())) {
            ambient.addAll(available);
        }
        changes.add().forEach(name -> add(set, "add_capabilities", name, available));
        changes.addAmbient().forEach(name -> add(ambient, "add_ambient_capabilities", name, available));
        set.addAll(ambient);
        for (String name : changes.drop()) {
            if (!name.equalsIgnoreCase(ALL)) {
                String full = canonical("drop_capabilities", name);
                set.remove(full);
                ambient.remove(full);
            }
        }
        List<String> all = List.copyOf(set);
        List<String> kept = List.copyOf(ambient);
        return new Capabilities(all, all, kept, all, kept);
    }

    private static boolean hasAll(List<String> names) {
        return names.stream().anyMatch(name -> name.equalsIgnoreCase(ALL));
    }

    private static void add(Set<String> set, String field, String name, List<String> available) {
        if (name.equalsIgnoreCase(ALL)) {
            return;
        }
        String full = canonical(field, name);
        if (!available.contains(full)) {
            throw Fault.precondition("cannot give " + full + " of " + field + ": the daemon itself does not have it");
        }
        set.add(full);
    }

    private static String canonical(String field, String name) {
        try {
            return Capability.parse(name).fullName();
        } catch (Fault e) {
            throw e.in("cannot use " + field);
        }
    }
}
