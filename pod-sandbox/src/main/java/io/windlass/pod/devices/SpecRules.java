package io.windlass.pod.devices;

import io.windlass.pod.devices.ContainerEdits.DeviceNode;
import io.windlass.pod.devices.ContainerEdits.Hook;
import io.windlass.pod.devices.ContainerEdits.IntelRdt;
import io.windlass.pod.devices.ContainerEdits.Mount;
import io.windlass.pod.devices.ContainerEdits.NetDevice;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What the CDI specification demands of a file. Each rule that is broken is an IllegalArgumentException with the reason. */
final class SpecRules {
    private static final Set<String> NODE_TYPES = Set.of("", "b", "c", "u", "p");
    private static final Set<String> HOOK_NAMES =
            Set.of("prestart", "createRuntime", "createContainer", "startContainer", "poststart", "poststop");
    private static final long GREATEST_ID = 0xffff_ffffL;
    private static final int LONGEST_FILE_NAME = 4095;

    // Annotations are those of Kubernetes: an optional DNS subdomain, a slash, and a name.
    private static final int LONGEST_PREFIX = 253;
    private static final int MOST_ANNOTATIONS = 256 << 10;
    private static final Pattern PREFIX =
            Pattern.compile("[a-z0-9]([a-z0-9-]*[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*");
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?");

    private SpecRules() {}

    static void check(CdiSpec spec) {
        SpecVersions.check(spec);
        if (!CdiName.isQualifier(spec.vendor()) || !CdiName.isQualifier(spec.deviceClass())) {
            throw new IllegalArgumentException("kind '%s' is not of the form vendor.com/class".formatted(spec.kind()));
        }
        annotations("annotations", spec.annotations());
        edits("containerEdits", spec.containerEdits());
        if (spec.devices().isEmpty()) {
            throw new IllegalArgumentException("devices is empty");
        }
        Set<String> names = new HashSet<>();
        for (CdiSpec.Device device : spec.devices()) {
            if (!CdiName.isDevice(device.name())) {
                throw new IllegalArgumentException(
                        "device name '%s' is not letters, digits and _-.: between a letter or digit"
                                .formatted(device.name()));
            }
            if (!names.add(device.name())) {
                throw new IllegalArgumentException("device %s is there twice".formatted(device.name()));
            }
            if (device.containerEdits().none()) {
                throw new IllegalArgumentException("containerEdits of device %s are empty".formatted(device.name()));
            }
            annotations("annotations of device " + device.name(), device.annotations());
            edits("containerEdits of device " + device.name(), device.containerEdits());
        }
    }

    private static void annotations(String where, Map<String, String> annotations) {
        long size = 0;
        for (Map.Entry<String, String> entry : annotations.entrySet()) {
            String key = entry.getKey();
            int slash = key.indexOf('/');
            String prefix = key.substring(0, Math.max(0, slash));
            boolean prefixed = slash < 0
                    || (prefix.length() <= LONGEST_PREFIX
                            && PREFIX.matcher(prefix).matches());
            if (!prefixed || !NAME.matcher(key.substring(slash + 1)).matches()) {
                throw new IllegalArgumentException(
                        "%s have the key '%s', which is no name with an optional DNS subdomain before it"
                                .formatted(where, key));
            }
            size += utf8(key) + utf8(entry.getValue());
        }
        if (size > MOST_ANNOTATIONS) {
            throw new IllegalArgumentException(
                    "%s take %d bytes, more than %d".formatted(where, size, MOST_ANNOTATIONS));
        }
    }

    private static long utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    private static void edits(String where, ContainerEdits edits) {
        environment(where, edits.env());
        edits.deviceNodes().forEach(node -> deviceNode(where, node));
        edits.hooks().forEach(hook -> hook(where, hook));
        edits.mounts().forEach(mount -> mount(where, mount));
        netDevices(where, edits.netDevices());
        intelRdt(where, edits.intelRdt());
        edits.additionalGids().forEach(gid -> id(where + ": additionalGids", gid));
    }

    private static void environment(String where, List<String> variables) {
        for (String variable : variables) {
            if (variable.indexOf('=') < 1) {
                throw new IllegalArgumentException(
                        "%s: env '%s' is not of the form NAME=value".formatted(where, variable));
            }
        }
    }

    private static void deviceNode(String where, DeviceNode node) {
        if (node.path().isEmpty()) {
            throw new IllegalArgumentException("%s: deviceNodes has one without a path".formatted(where));
        }
        String what = where + ": device node " + node.path();
        absolute(what, "path", node.path());
        if (!node.hostPath().isEmpty()) {
            absolute(what, "hostPath", node.hostPath());
        }
        if (!NODE_TYPES.contains(node.type())) {
            throw new IllegalArgumentException("%s: type '%s' is none of b, c, u and p".formatted(what, node.type()));
        }
        boolean letters = node.permissions().chars().allMatch(c -> "rwm".indexOf(c) >= 0);
        if (!letters && !node.permissions().equals(EditedSpec.NO_PERMISSIONS)) {
            throw new IllegalArgumentException(
                    "%s: permissions '%s' are not letters of r, w and m".formatted(what, node.permissions()));
        }
        if (node.major() < 0 || node.minor() < 0) {
            throw new IllegalArgumentException("%s: major and minor are negative".formatted(what));
        }
        id(what + ": uid", node.uid());
        id(what + ": gid", node.gid());
    }

    private static void hook(String where, Hook hook) {
        if (!HOOK_NAMES.contains(hook.hookName())) {
            throw new IllegalArgumentException("%s: hookName '%s' is none of %s"
                    .formatted(
                            where, hook.hookName(), HOOK_NAMES.stream().sorted().toList()));
        }
        String what = where + ": hook " + hook.hookName();
        absolute(what, "path", hook.path());
        if (hook.timeout() != null && hook.timeout() <= 0) {
            throw new IllegalArgumentException("%s: timeout %d is not greater than 0".formatted(what, hook.timeout()));
        }
        environment(what, hook.env());
    }

    private static void mount(String where, Mount mount) {
        if (mount.hostPath().isEmpty() || mount.containerPath().isEmpty()) {
            throw new IllegalArgumentException("%s: a mount needs hostPath and containerPath".formatted(where));
        }
        absolute(where + ": mount", "containerPath", mount.containerPath());
    }

    private static void netDevices(String where, List<NetDevice> devices) {
        Set<String> hosts = new HashSet<>();
        Set<String> names = new HashSet<>();
        for (NetDevice device : devices) {
            if (device.hostInterfaceName().isEmpty() || device.name().isEmpty()) {
                throw new IllegalArgumentException("%s: netDevices need hostInterfaceName and name".formatted(where));
            }
            if (!hosts.add(device.hostInterfaceName()) || !names.add(device.name())) {
                throw new IllegalArgumentException("%s: netDevices %s as %s is there twice"
                        .formatted(where, device.hostInterfaceName(), device.name()));
            }
        }
    }

    private static void intelRdt(String where, @Nullable IntelRdt rdt) {
        if (rdt == null || rdt.closId().equals("/")) {
            return;
        }
        String id = rdt.closId();
        boolean name = id.length() <= LONGEST_FILE_NAME && !id.equals(".") && !id.equals("..");
        if (!name || id.contains("/") || id.contains("\n")) {
            throw new IllegalArgumentException("%s: intelRdt.closID '%s' is no file name".formatted(where, id));
        }
    }

    private static void id(String what, @Nullable Long id) {
        if (id != null && (id < 0 || id > GREATEST_ID)) {
            throw new IllegalArgumentException("%s %d is not from 0 to %d".formatted(what, id, GREATEST_ID));
        }
    }

    private static void absolute(String what, String field, String path) {
        if (!path.startsWith("/")) {
            throw new IllegalArgumentException("%s: %s '%s' is not absolute".formatted(what, field, path));
        }
    }
}
