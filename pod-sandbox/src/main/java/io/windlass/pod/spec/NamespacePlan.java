package io.windlass.pod.spec;

import io.windlass.runtime.oci.Namespace;
import io.windlass.runtime.shim.PodNamespace;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The namespaces of a container's document: new ones, and the pod's by their pins. What is missing is the node's. */
final class NamespacePlan {
    private NamespacePlan() {}

    static List<Namespace> namespaces(SpecRequest request) {
        List<Namespace> namespaces = new ArrayList<>();
        namespaces.add(Namespace.fresh(Namespace.MOUNT));
        if (!request.security().privileged()) {
            namespaces.add(Namespace.fresh(Namespace.CGROUP));
        }
        switch (request.security().namespaceOptions().pid()) {
            case CONTAINER -> namespaces.add(Namespace.fresh(Namespace.PID));
            case POD, TARGET -> join(namespaces, request, PodNamespace.PID, Namespace.PID);
            case NODE -> {}
        }
        join(namespaces, request, PodNamespace.USER, Namespace.USER);
        join(namespaces, request, PodNamespace.NET, Namespace.NETWORK);
        join(namespaces, request, PodNamespace.IPC, Namespace.IPC);
        join(namespaces, request, PodNamespace.UTS, Namespace.UTS);
        return List.copyOf(namespaces);
    }

    private static void join(List<Namespace> namespaces, SpecRequest request, PodNamespace which, String type) {
        Path pin = request.namespacePins().get(which);
        if (pin != null) {
            namespaces.add(Namespace.at(type, pin.toString()));
        }
    }
}
