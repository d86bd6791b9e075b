package io.windlass.nri.adjustment;

import io.windlass.fault.Fault;
import io.windlass.nri.message.OciMessages;
import io.windlass.nri.message.ResourceMessages;
import io.windlass.proto.nri.Field;
import io.windlass.proto.nri.LinuxContainerAdjustment;
import io.windlass.proto.nri.LinuxDevice;
import io.windlass.proto.nri.LinuxNamespace;
import io.windlass.proto.nri.LinuxNetDevice;
import io.windlass.proto.nri.LinuxRdt;
import io.windlass.proto.nri.LinuxResources;
import io.windlass.runtime.oci.Device;
import io.windlass.runtime.oci.DeviceRule;
import io.windlass.runtime.oci.IntelRdt;
import io.windlass.runtime.oci.Linux;
import io.windlass.runtime.oci.MemoryPolicy;
import io.windlass.runtime.oci.Namespace;
import io.windlass.runtime.oci.NetDevice;
import io.windlass.runtime.oci.Resources;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Adjusts the Linux part of a container as one plugin asks. */
final class LinuxAdjustment {
    private static final int READ = 0444;
    private static final int WRITE = 0222;
    private static final String FIFO = "p";
    private static final Set<String> TYPES = Set.of("b", "c", "u", FIFO);

    private final Owners owners;
    private final String plugin;

    LinuxAdjustment(Owners owners, String plugin) {
        this.owners = owners;
        this.plugin = plugin;
    }

    Linux apply(LinuxContainerAdjustment asked, Linux linux) {
        if (!asked.getCgroupsPath().isEmpty()) {
            throw Fault.unimplemented("cannot apply what plugin " + plugin
                    + " asks for: cgroups_path is not supported, as a container's group lies below its pod's");
        }
        List<Device> devices = devices(asked.getDevicesList(), linux.devices());
        Linux.Builder adjusted = linux.toBuilder()
                .devices(devices)
                .resources(resources(asked, linux, devices))
                .namespaces(namespaces(asked.getNamespacesList(), linux.namespaces()))
                .sysctl(sysctls(asked.getSysctlMap(), linux.sysctl()))
                .netDevices(netDevices(asked.getNetDevicesMap(), linux.netDevices()));
        if (asked.hasSeccompPolicy()) {
            owners.claim(Field.SeccompPolicy, plugin);
            adjusted.seccomp(OciMessages.seccomp(asked.getSeccompPolicy()));
        }
        if (asked.hasRdt() && !asked.getRdt().equals(LinuxRdt.getDefaultInstance())) {
            adjusted.intelRdt(rdt(asked.getRdt(), linux.intelRdt()));
        }
        if (asked.hasMemoryPolicy()) {
            owners.claim(Field.MemoryPolicy, plugin);
            adjusted.memoryPolicy(new MemoryPolicy(
                    OciMessages.name(asked.getMemoryPolicy().getMode()),
                    asked.getMemoryPolicy().getNodes(),
                    asked.getMemoryPolicy().getFlagsList().stream()
                            .map(OciMessages::name)
                            .toList()));
        }
        return adjusted.build();
    }

    private List<Device> devices(List<LinuxDevice> asked, List<Device> now) {
        List<Device> result = new ArrayList<>(now);
        for (LinuxDevice device : asked) {
            Marked path = Marked.of(device.getPath());
            if (path.removal()) {
                owners.release(Field.Devices, path.key(), plugin);
            } else if (!TYPES.contains(device.getType())) {
                throw Fault.invalid("cannot add device %s that plugin %s asks for: there is no type of devices '%s'"
                        .formatted(device.getPath(), plugin, device.getType()));
            }
            result.removeIf(entry -> entry.path().equals(path.key()));
        }
        for (LinuxDevice device : asked) {
            if (!Marked.of(device.getPath()).removal()) {
                owners.claim(Field.Devices, device.getPath(), plugin);
                result.removeIf(entry -> entry.path().equals(device.getPath()));
                result.add(OciMessages.device(device));
            }
        }
        return result;
    }

    /** The limits, and the right to use each device that is there now, without that to those that no longer are. */
    private Resources resources(LinuxContainerAdjustment asked, Linux before, List<Device> devices) {
        Resources now = before.resources() == null ? Resources.NONE : before.resources();
        Resources limits = asked.hasResources() ? limits(asked.getResources(), now) : now;
        List<DeviceRule> rules = new ArrayList<>(now.devices());
        before.devices().stream()
                .filter(device -> devices.stream().noneMatch(entry -> same(entry, device)))
                .forEach(gone -> rules.removeIf(rule -> allows(rule, gone)));
        for (LinuxDevice device : asked.getDevicesList()) {
            if (!Marked.of(device.getPath()).removal() && !device.getType().equals(FIFO)) {
                rules.add(new DeviceRule(true, type(device), device.getMajor(), device.getMinor(), access(device)));
            }
        }
        asked.getResources().getDevicesList().stream()
                .map(ResourceMessages::rule)
                .forEach(rules::add);
        return limits.withDevices(rules);
    }

    private Resources limits(LinuxResources asked, Resources now) {
        LinuxResources.Builder limits = ResourceMessages.of(now).toBuilder();
        new ResourceAdjustment(owners, plugin)
                .apply(asked.toBuilder().clearDevices().build(), limits);
        return ResourceMessages.resources(limits.build());
    }

    private static boolean same(Device one, Device other) {
        return one.type().equals(other.type()) && one.major() == other.major() && one.minor() == other.minor();
    }

    private static boolean allows(DeviceRule rule, Device device) {
        return rule.allow()
                && Objects.equals(rule.type(), device.type())
                && Objects.equals(rule.major(), device.major())
                && Objects.equals(rule.minor(), device.minor());
    }

    /** The device cgroup has no word for unbuffered character devices of their own. */
    private static String type(LinuxDevice device) {
        return device.getType().equals("u") ? "c" : device.getType();
    }

    private static String access(LinuxDevice device) {
        if (!device.hasFileMode()) {
            return "rwm";
        }
        int mode = device.getFileMode().getValue();
        return ((mode & READ) != 0 ? "r" : "") + ((mode & WRITE) != 0 ? "w" : "") + "m";
    }

    private List<Namespace> namespaces(List<LinuxNamespace> asked, List<Namespace> now) {
        List<Namespace> result = new ArrayList<>(now);
        for (LinuxNamespace namespace : asked) {
            Marked type = Marked.of(namespace.getType());
            owners.claim(Field.Namespace, type.key(), plugin);
            result.removeIf(entry -> entry.type().equals(type.key()));
            if (!type.removal()) {
                result.add(new Namespace(type.key(), namespace.getPath().isEmpty() ? null : namespace.getPath()));
            }
        }
        return result;
    }

    private Map<String, String> sysctls(Map<String, String> asked, Map<String, String> now) {
        Map<String, String> result = new HashMap<>(now);
        asked.keySet().stream().map(Marked::of).filter(Marked::removal).forEach(name -> {
            owners.release(Field.Sysctl, name.key(), plugin);
            result.remove(name.key());
        });
        asked.forEach((name, value) -> {
            if (!Marked.of(name).removal()) {
                owners.claim(Field.Sysctl, name, plugin);
                result.put(name, value);
            }
        });
        return result;
    }

    private Map<String, NetDevice> netDevices(Map<String, LinuxNetDevice> asked, Map<String, NetDevice> now) {
        Map<String, NetDevice> result = new HashMap<>(now);
        asked.keySet().stream().map(Marked::of).filter(Marked::removal).forEach(name -> {
            owners.release(Field.LinuxNetDevices, name.key(), plugin);
            result.remove(name.key());
        });
        asked.forEach((name, device) -> {
            if (!Marked.of(name).removal()) {
                owners.claim(Field.LinuxNetDevices, name, plugin);
                result.put(name, new NetDevice(device.getName().isEmpty() ? null : device.getName()));
            }
        });
        return result;
    }

    private @Nullable IntelRdt rdt(LinuxRdt asked, @Nullable IntelRdt now) {
        IntelRdt base = now == null || asked.getRemove() ? new IntelRdt(null, List.of(), null, null, false) : now;
        if (asked.getRemove()) {
            List.of(Field.RdtClosID, Field.RdtSchemata, Field.RdtEnableMonitoring)
                    .forEach(field -> owners.release(field, "", plugin));
            if (!asked.hasClosId() && !asked.hasSchemata() && !asked.hasEnableMonitoring()) {
                return null;
            }
        }
        claim(asked.hasClosId(), Field.RdtClosID);
        claim(asked.hasSchemata(), Field.RdtSchemata);
        claim(asked.hasEnableMonitoring(), Field.RdtEnableMonitoring);
        return new IntelRdt(
                asked.hasClosId() ? asked.getClosId().getValue() : base.closID(),
                asked.hasSchemata() ? asked.getSchemata().getValueList() : base.schemata(),
                base.l3CacheSchema(),
                base.memBwSchema(),
                asked.hasEnableMonitoring() ? asked.getEnableMonitoring().getValue() : base.enableMonitoring());
    }

    private void claim(boolean present, Field field) {
        if (present) {
            owners.claim(field, plugin);
        }
    }
}
