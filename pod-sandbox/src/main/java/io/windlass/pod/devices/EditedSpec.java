package io.windlass.pod.devices;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.pod.devices.ContainerEdits.DeviceNode;
import io.windlass.runtime.oci.Device;
import io.windlass.runtime.oci.DeviceRule;
import io.windlass.runtime.oci.Hooks;
import io.windlass.runtime.oci.IntelRdt;
import io.windlass.runtime.oci.Linux;
import io.windlass.runtime.oci.Mount;
import io.windlass.runtime.oci.Namespace;
import io.windlass.runtime.oci.NetDevice;
import io.windlass.runtime.oci.Process;
import io.windlass.runtime.oci.Resources;
import io.windlass.runtime.oci.Spec;
import io.windlass.runtime.oci.User;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** An OCI document while CDI edits are made to it. Not thread-safe. */
final class EditedSpec {
    /** The permissions of a device that is only to be seen. */
    static final String NO_PERMISSIONS = "none";

    private final Spec original;
    private final Process process;
    private final Linux linux;
    private final boolean userNamespace;
    private final List<String> env;
    private final List<Long> gids;
    private final List<Device> devices;
    private final List<DeviceRule> rules;
    private final List<Mount> mounts;
    private final Map<String, NetDevice> netDevices;
    private final HookLists hooks;
    private @Nullable IntelRdt intelRdt;

    EditedSpec(Spec original) {
        this.original = original;
        process = original.process() == null ? Process.builder().build() : original.process();
        linux = original.linux() == null ? Linux.builder().build() : original.linux();
        userNamespace = linux.namespace(Namespace.USER).isPresent();
        env = new ArrayList<>(process.env());
        gids = new ArrayList<>(process.user().additionalGids());
        devices = new ArrayList<>(linux.devices());
        rules = new ArrayList<>(resources().devices());
        mounts = new ArrayList<>(original.mounts());
        netDevices = new LinkedHashMap<>(linux.netDevices());
        hooks = new HookLists(original.hooks());
        intelRdt = linux.intelRdt();
    }

    private Resources resources() {
        return linux.resources() == null ? Resources.NONE : linux.resources();
    }

    /** @throws Fault when a device node cannot be completed from the node's */
    void apply(ContainerEdits edits) {
        edits.env().forEach(this::variable);
        edits.deviceNodes().forEach(this::device);
        edits.netDevices().forEach(this::netDevice);
        edits.mounts().forEach(this::mount);
        edits.hooks().forEach(hooks::add);
        ContainerEdits.IntelRdt rdt = edits.intelRdt();
        if (rdt != null) {
            intelRdt = new IntelRdt(
                    given(rdt.closId()),
                    rdt.schemata() == null ? List.of() : rdt.schemata(),
                    given(rdt.l3CacheSchema()),
                    given(rdt.memBwSchema()),
                    rdt.enableMonitoring());
        }
        // 0 is what a file says that has nothing to say.
        edits.additionalGids().stream()
                .filter(gid -> gid != 0 && !gids.contains(gid))
                .forEach(gids::add);
    }

    private void variable(String assignment) {
        String name = assignment.substring(0, assignment.indexOf('=') + 1);
        env.removeIf(earlier -> earlier.startsWith(name));
        env.add(assignment);
    }

    private void device(DeviceNode node) {
        Device device = completed(node);
        devices.removeIf(earlier -> earlier.path().equals(device.path()));
        mounts.removeIf(earlier -> earlier.destination().equals(device.path()));
        String source = source(node);
        if (userNamespace && !source.equals(device.path())) {
            // No node can be made there, and of the document's devices only those can be bound that have the same path.
            mounts.add(Mount.bind(source, device.path(), "rprivate", "nosuid", "noexec"));
        } else {
            devices.add(device);
        }
        boolean access =
                !node.permissions().equals(NO_PERMISSIONS) && !device.type().equals("p");
        if (access) {
            String type = device.type().equals("u") ? "c" : device.type();
            rules.add(new DeviceRule(
                    true,
                    type,
                    device.major(),
                    device.minor(),
                    node.permissions().isEmpty() ? "rwm" : node.permissions()));
        }
    }

    private Device completed(DeviceNode node) {
        boolean complete =
                !node.type().isEmpty() && (node.major() != 0 || node.type().equals("p"));
        Optional<HostNode> host = host(node, complete);
        String type = node.type().isEmpty() ? host.orElseThrow().type() : node.type();
        long major = node.major();
        long minor = node.minor();
        if (!complete) {
            HostNode found = host.orElseThrow();
            if (!(type.equals("u") ? "c" : type).equals(found.type())) {
                throw Fault.precondition(
                        "device node %s is of type %s on the node, not %s".formatted(source(node), found.type(), type));
            }
            if (major == 0 && found.isDevice()) {
                major = found.major();
                minor = found.minor();
            }
        }
        User user = process.user();
        return new Device(
                node.path(),
                type,
                major,
                minor,
                node.fileMode() != null
                        ? node.fileMode()
                        : host.map(HostNode::mode).orElse(null),
                node.uid() != null ? node.uid() : ofUser(user.uid()),
                node.gid() != null ? node.gid() : ofUser(user.gid()));
    }

    /** A device belongs to the user of the process, so that permissions of 0600 do not shut out the one it is for. */
    private static @Nullable Long ofUser(long id) {
        return id == 0 ? null : id;
    }

    private static Optional<HostNode> host(DeviceNode node, boolean complete) {
        String source = source(node);
        try {
            Optional<HostNode> host = HostNode.at(Path.of(source));
            if (host.isEmpty() && !complete) {
                throw Fault.precondition("device node " + source + " of the node is no device");
            }
            return host;
        } catch (IOException e) {
            if (complete) {
                return Optional.empty();
            }
            String reason =
                    e instanceof NoSuchFileException ? "does not exist" : "cannot be looked at: " + e.getMessage();
            throw new Fault(FaultKind.FAILED_PRECONDITION, "device node " + source + " of the node " + reason, e);
        }
    }

    private static String source(DeviceNode node) {
        return node.hostPath().isEmpty() ? node.path() : node.hostPath();
    }

    private void netDevice(ContainerEdits.NetDevice device) {
        netDevices.put(device.hostInterfaceName(), new NetDevice(device.name()));
    }

    private void mount(ContainerEdits.Mount wanted) {
        mounts.removeIf(earlier -> earlier.destination().equals(wanted.containerPath()));
        List<String> options = new ArrayList<>(wanted.options());
        boolean bind = options.contains("bind") || options.contains("rbind");
        if (!bind && (wanted.type().isEmpty() || wanted.type().equals("bind"))) {
            options.addFirst("rbind");
            bind = true;
        }
        boolean mapped = userNamespace && bind;
        if (mapped) {
            // The document says by mappings what other runtimes say by an option.
            options.removeAll(List.of("idmap", "ridmap"));
        }
        mounts.add(new Mount(
                wanted.containerPath(),
                wanted.type(),
                wanted.hostPath(),
                options,
                mapped ? linux.uidMappings() : List.of(),
                mapped ? linux.gidMappings() : List.of()));
    }

    private static @Nullable String given(String text) {
        return text.isEmpty() ? null : text;
    }

    Spec build() {
        Hooks edited = hooks.build();
        return original.toBuilder()
                .process(process.toBuilder()
                        .env(env)
                        .user(new User(
                                process.user().uid(),
                                process.user().gid(),
                                process.user().umask(),
                                gids))
                        .build())
                .mounts(mounts.stream()
                        .sorted(Comparator.comparingInt(
                                mount -> Path.of(mount.destination()).getNameCount()))
                        .toList())
                .hooks(edited.none() ? null : edited)
                .linux(linux.toBuilder()
                        .devices(devices)
                        .netDevices(netDevices)
                        .intelRdt(intelRdt)
                        .resources(resources().withDevices(rules))
                        .build())
                .build();
    }
}
