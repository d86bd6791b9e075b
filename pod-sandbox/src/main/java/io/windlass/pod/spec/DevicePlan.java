package io.windlass.pod.spec;

import io.windlass.fault.Fault;
import io.windlass.pod.model.Device;
import io.windlass.runtime.oci.DeviceRule;
import java.util.ArrayList;
import java.util.List;

/** The device nodes a container gets, and the rules that let it use them. */
record DevicePlan(List<io.windlass.runtime.oci.Device> devices, List<DeviceRule> rules) {
    /** Nodes may be made of everything, but opened only where a later rule says so. */
    private static final List<DeviceRule> BASE = List.of(
            new DeviceRule(false, null, null, null, "rwm"),
            new DeviceRule(true, "c", null, null, "m"),
            new DeviceRule(true, "b", null, null, "m"),
            character(1, 3),
            character(1, 5),
            character(1, 7),
            character(1, 8),
            character(1, 9),
            character(5, 0),
            character(5, 2),
            new DeviceRule(true, "c", 136L, null, "rwm"));

    static DevicePlan of(SpecRequest request) {
        List<io.windlass.runtime.oci.Device> nodes = new ArrayList<>();
        List<DeviceRule> rules = new ArrayList<>();
        if (request.security().privileged()) {
            rules.add(new DeviceRule(true, null, null, null, "rwm"));
            nodes.addAll(HostDevices.all());
        } else {
            rules.addAll(BASE);
        }
        for (Device device : request.config().devices()) {
            String access = permissions(device);
            requireSamePath(request, device);
            for (io.windlass.runtime.oci.Device node : HostDevices.at(device)) {
                nodes.removeIf(earlier -> earlier.path().equals(node.path()));
                nodes.add(node);
                rules.add(new DeviceRule(true, node.type(), node.major(), node.minor(), access));
            }
        }
        return new DevicePlan(List.copyOf(nodes), List.copyOf(rules));
    }

    /** Nodes cannot be made in a user namespace, only the host's be bound. */
    private static void requireSamePath(SpecRequest request, Device device) {
        boolean same =
                device.containerPath().isEmpty() || device.containerPath().equals(device.hostPath());
        if (request.user().isPresent() && !same) {
            throw Fault.unimplemented("cannot use device " + device.hostPath() + " as " + device.containerPath()
                    + ": in a pod with a user namespace of its own a device keeps its path");
        }
    }

    private static String permissions(Device device) {
        String asked = device.permissions();
        if (asked.isEmpty() || !asked.chars().allMatch(c -> "rwm".indexOf(c) >= 0)) {
            throw Fault.invalid("cannot use device " + device.hostPath() + ": permissions '" + asked
                    + "' are not letters of r, w and m");
        }
        return asked;
    }

    private static DeviceRule character(long major, long minor) {
        return new DeviceRule(true, "c", major, minor, "rwm");
    }
}
