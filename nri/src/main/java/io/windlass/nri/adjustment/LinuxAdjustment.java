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
import org.jspecify.annotations.Nullable;

/** Adjusts the Linux part of a container as one plugin asks. */
final class LinuxAdjustment {
    private static final int READ = 0444;
    private static final int WRITE = 0222;

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
        Linux.Builder adjusted = linux.toBuilder()
                .devices(devices(asked.getDevicesList(), linux.devices()))
                .resources(resources(asked, linux.resources() == null ? Resources.NONE : linux.resources()))
                .namespaces(namespaces(asked.getNamespacesList(), linux.namespaces()))
                .sysctl(sysctls(asked.getSysctlMap(), linux.sysctl()))
                .netDevices(netDevices(asked.getNetDevicesMap(), linux.netDevices()));
        if (asked.hasSeccompPolicy()) {
            owners.claim(Field.SeccompPolicy, plugin);
            adjusted.seccomp(OciMessages.seccomp(asked.getSeccompPolicy()));
        }
        if (asked.hasRdt()) {
            adjusted.intelRdt(rdt(asked.getRdt(), linux.intelRdt()));
        }
        if (asked.hasMemoryPolicy()) {
            owners.claim(Field.MemoryPolicy, plugin);
            adjusted.memoryPolicy(new MemoryPolicy(
                    asked.getMemoryPolicy().getMode().name(),
                    asked.getMemoryPolicy().getNodes(),
                    asked.getMemoryPolicy().getFlagsList().stream()
                            .map(Enum::name)
                            .toList()));
        }
        return adjusted.build();
    }

    private List<Device> devices(List<LinuxDevice> asked, List<Device> now) {
        List<Device> result = new ArrayList<>(now);
        for (LinuxDevice device : asked) {
            Marked path = Marked.of(device.getPath());
            if (path.removal()) {
                owners.release(Field.Devices, path.key());
                result.removeIf(entry -> entry.path().equals(path.key()));
            }
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

    /** The limits, and the right to use each device that was added. */
    private Resources resources(LinuxContainerAdjustment asked, Resources now) {
        LinuxResources.Builder limits = ResourceMessages.of(now).toBuilder();
        new ResourceAdjustment(owners, plugin).apply(asked.getResources(), limits);
        List<DeviceRule> rules = new ArrayList<>(now.devices());
        for (LinuxDevice device : asked.getDevicesList()) {
            if (!Marked.of(device.getPath()).removal()) {
                rules.add(new DeviceRule(true, device.getType(), device.getMajor(), device.getMinor(), access(device)));
            }
        }
        return ResourceMessages.resources(limits.build()).withDevices(rules);
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
            owners.release(Field.Sysctl, name.key());
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
            owners.release(Field.LinuxNetDevices, name.key());
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
                    .forEach(field -> owners.release(field, ""));
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
