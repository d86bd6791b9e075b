package io.windlass.pod.spec;

import io.windlass.fault.Fault;
import io.windlass.pod.model.NamespaceMode;
import io.windlass.pod.model.NamespaceOptions;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Which kernel parameters a pod may set: those of its own namespaces. */
public final class SysctlRules {
    private static final List<String> IPC = List.of(
            "kernel.shmall",
            "kernel.shmmax",
            "kernel.shmmni",
            "kernel.shm_rmid_forced",
            "kernel.msgmax",
            "kernel.msgmnb",
            "kernel.msgmni",
            "kernel.sem");

    private SysctlRules() {}

    /** The parameters by names with dots; those of the node, or of a namespace that is the node's, are refused. */
    public static Map<String, String> check(Map<String, String> sysctls, NamespaceOptions namespaces) {
        Map<String, String> checked = new TreeMap<>();
        sysctls.forEach((name, value) -> {
            String dotted = dotted(name);
            if (dotted.startsWith("net.")) {
                require(namespaces.network() == NamespaceMode.POD, name, "network");
            } else if (IPC.contains(dotted) || dotted.startsWith("fs.mqueue.")) {
                require(namespaces.ipc() == NamespaceMode.POD, name, "IPC");
            } else {
                throw Fault.invalid("cannot set sysctl " + name + ": it is not a parameter of a namespace");
            }
            checked.put(dotted, value);
        });
        return Map.copyOf(checked);
    }

    /** sysctl(8): where a slash comes first, slashes separate and dots are part of the names. */
    private static String dotted(String name) {
        int slash = name.indexOf('/');
        int dot = name.indexOf('.');
        if (slash < 0 || (dot >= 0 && dot < slash)) {
            return name;
        }
        return name.chars()
                .map(c -> c == '/' ? '.' : c == '.' ? '/' : c)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    private static void require(boolean own, String name, String namespace) {
        if (!own) {
            throw Fault.invalid("cannot set sysctl " + name + ": the pod has the node's " + namespace + " namespace");
        }
    }
}
