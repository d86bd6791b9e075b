package io.windlass.nri.adjustment;

import io.windlass.proto.nri.ContainerAdjustment;
import io.windlass.proto.nri.HugepageLimit;
import io.windlass.proto.nri.KeyValue;
import io.windlass.proto.nri.LinuxContainerAdjustment;
import io.windlass.proto.nri.LinuxDevice;
import io.windlass.proto.nri.LinuxNamespace;
import io.windlass.proto.nri.LinuxNetDevice;
import io.windlass.proto.nri.LinuxRdt;
import io.windlass.proto.nri.LinuxResources;
import io.windlass.proto.nri.Mount;
import io.windlass.proto.nri.POSIXRlimit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The adjustments of all plugins as one: what a later plugin sets or removes takes the place of what an earlier one set. Not
 * thread-safe.
 */
final class Together {
    private final ContainerAdjustment.Builder all = ContainerAdjustment.newBuilder();

    ContainerAdjustment message() {
        return all.build();
    }

    void add(ContainerAdjustment asked) {
        Map<String, String> annotations = keyed(all.getAnnotationsMap(), asked.getAnnotationsMap());
        all.clearAnnotations().putAllAnnotations(annotations);
        List<Mount> mounts = keyed(all.getMountsList(), asked.getMountsList(), Mount::getDestination);
        List<KeyValue> env = keyed(all.getEnvList(), asked.getEnvList(), KeyValue::getKey);
        List<POSIXRlimit> limits = keyed(all.getRlimitsList(), asked.getRlimitsList(), POSIXRlimit::getType);
        all.clearMounts().addAllMounts(mounts).clearEnv().addAllEnv(env);
        all.clearRlimits().addAllRlimits(limits).addAllCDIDevices(asked.getCDIDevicesList());
        if (asked.hasHooks()) {
            all.getHooksBuilder().mergeFrom(asked.getHooks());
        }
        if (asked.getArgsCount() > 0) {
            all.clearArgs().addAllArgs(ProcessAdjustment.withoutMark(asked.getArgsList()));
        }
        if (asked.hasLinux()) {
            add(asked.getLinux(), all.getLinuxBuilder());
        }
    }

    private static void add(LinuxContainerAdjustment asked, LinuxContainerAdjustment.Builder all) {
        List<LinuxDevice> devices = keyed(all.getDevicesList(), asked.getDevicesList(), LinuxDevice::getPath);
        List<LinuxNamespace> namespaces =
                keyed(all.getNamespacesList(), asked.getNamespacesList(), LinuxNamespace::getType);
        all.clearDevices().addAllDevices(devices).clearNamespaces().addAllNamespaces(namespaces);
        Map<String, String> sysctls = keyed(all.getSysctlMap(), asked.getSysctlMap());
        Map<String, LinuxNetDevice> interfaces = keyed(all.getNetDevicesMap(), asked.getNetDevicesMap());
        all.clearSysctl().putAllSysctl(sysctls).clearNetDevices().putAllNetDevices(interfaces);
        if (asked.hasResources()) {
            add(asked.getResources(), all.getResourcesBuilder());
        }
        if (!asked.getCgroupsPath().isEmpty()) {
            all.setCgroupsPath(asked.getCgroupsPath());
        }
        if (asked.hasOomScoreAdj()) {
            all.setOomScoreAdj(asked.getOomScoreAdj());
        }
        if (asked.hasIoPriority()) {
            all.setIoPriority(asked.getIoPriority());
        }
        if (asked.hasSeccompPolicy()) {
            all.setSeccompPolicy(asked.getSeccompPolicy());
        }
        if (asked.hasScheduler()) {
            all.setScheduler(asked.getScheduler());
        }
        if (asked.hasRdt()) {
            all.setRdt(rdt(all.getRdt(), asked.getRdt()));
        }
        if (asked.hasMemoryPolicy()) {
            all.setMemoryPolicy(asked.getMemoryPolicy());
        }
    }

    private static void add(LinuxResources asked, LinuxResources.Builder all) {
        List<HugepageLimit> limits =
                keyed(all.getHugepageLimitsList(), asked.getHugepageLimitsList(), HugepageLimit::getPageSize);
        all.mergeFrom(asked).clearHugepageLimits().addAllHugepageLimits(limits);
    }

    private static LinuxRdt rdt(LinuxRdt now, LinuxRdt asked) {
        LinuxRdt.Builder both = asked.getRemove() ? LinuxRdt.newBuilder() : now.toBuilder();
        both.setRemove(false);
        if (asked.hasClosId()) {
            both.setClosId(asked.getClosId());
        }
        if (asked.hasSchemata()) {
            both.setSchemata(asked.getSchemata());
        }
        if (asked.hasEnableMonitoring()) {
            both.setEnableMonitoring(asked.getEnableMonitoring());
        }
        boolean set = both.hasClosId() || both.hasSchemata() || both.hasEnableMonitoring();
        return both.setRemove(!set && (asked.getRemove() || now.getRemove())).build();
    }

    private static <T> List<T> keyed(List<T> now, List<T> asked, Function<T, String> key) {
        Set<String> named =
                asked.stream().map(entry -> Marked.of(key.apply(entry)).key()).collect(Collectors.toSet());
        Set<String> set = asked.stream().map(key).collect(Collectors.toSet());
        List<T> result = new ArrayList<>(now);
        result.removeIf(entry -> named.contains(Marked.of(key.apply(entry)).key()));
        for (T entry : asked) {
            Marked mark = Marked.of(key.apply(entry));
            if (!mark.removal() || !set.contains(mark.key())) {
                result.add(entry);
            }
        }
        return result;
    }

    private static <T> Map<String, T> keyed(Map<String, T> now, Map<String, T> asked) {
        Map<String, T> result = new HashMap<>();
        keyed(List.copyOf(now.entrySet()), List.copyOf(asked.entrySet()), Map.Entry<String, T>::getKey)
                .forEach(entry -> result.put(entry.getKey(), entry.getValue()));
        return result;
    }
}
