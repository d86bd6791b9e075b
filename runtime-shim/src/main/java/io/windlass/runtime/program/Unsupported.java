package io.windlass.runtime.program;

import io.windlass.fault.Fault;
import io.windlass.runtime.oci.Linux;
import io.windlass.runtime.oci.Mount;
import io.windlass.runtime.oci.Namespace;
import io.windlass.runtime.oci.Process;
import io.windlass.runtime.oci.Spec;
import java.util.List;

/** Refuses, by name, what an OCI document may ask for and this runtime does not do: nothing is silently ignored. */
final class Unsupported {
    private Unsupported() {}

    static void check(Spec spec) {
        refuse("domainname", spec.domainname() != null && !spec.domainname().isEmpty());
        Linux linux = spec.linux();
        if (linux != null) {
            refuse("linux.timeOffsets", !linux.timeOffsets().isEmpty());
            refuse("linux.netDevices", !linux.netDevices().isEmpty());
            refuse("linux.intelRdt", linux.intelRdt() != null);
            linux.namespaces().forEach(Unsupported::check);
            check(spec.mounts(), linux);
        }
    }

    static void check(Process process) {
        refuse("process.execCPUAffinity", process.execCPUAffinity() != null);
    }

    private static void check(Namespace namespace) {
        switch (namespace.type()) {
            case Namespace.PID, Namespace.NETWORK, Namespace.MOUNT, Namespace.IPC, Namespace.UTS, Namespace.CGROUP -> {
                if (namespace.type().equals(Namespace.MOUNT)) {
                    refuse("joining a mount namespace", namespace.path() != null);
                }
            }
            // The pod's, with its mappings: a container has none of its own.
            case Namespace.USER -> refuse("namespace user without a path", namespace.path() == null);
            case Namespace.TIME -> refuse("namespace time", true);
            default -> throw Fault.invalid("there is no namespace of type " + namespace.type());
        }
    }

    private static void check(List<Mount> mounts, Linux linux) {
        boolean user = linux.namespace(Namespace.USER).isPresent();
        refuse(
                "linux.uidMappings without a user namespace",
                !user && !linux.uidMappings().isEmpty());
        refuse(
                "linux.gidMappings without a user namespace",
                !user && !linux.gidMappings().isEmpty());
        for (Mount mount : mounts) {
            refuse(
                    "mount %s with only one of uidMappings and gidMappings".formatted(mount.destination()),
                    mount.uidMappings().isEmpty() != mount.gidMappings().isEmpty());
        }
    }

    private static void refuse(String feature, boolean present) {
        if (present) {
            throw Fault.unimplemented(feature + " is not supported");
        }
    }
}
