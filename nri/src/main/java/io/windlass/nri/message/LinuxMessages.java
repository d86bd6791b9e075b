package io.windlass.nri.message;

import io.windlass.pod.model.LinuxContainerResources;
import io.windlass.pod.model.SecurityProfile;
import io.windlass.proto.nri.IOPrioClass;
import io.windlass.proto.nri.LinuxContainer;
import io.windlass.proto.nri.LinuxIOPriority;
import io.windlass.proto.nri.LinuxNamespace;
import io.windlass.proto.nri.LinuxNetDevice;
import io.windlass.proto.nri.LinuxRdt;
import io.windlass.proto.nri.LinuxResources;
import io.windlass.proto.nri.LinuxScheduler;
import io.windlass.proto.nri.LinuxSchedulerFlag;
import io.windlass.proto.nri.LinuxSchedulerPolicy;
import io.windlass.proto.nri.OptionalBool;
import io.windlass.proto.nri.OptionalInt;
import io.windlass.proto.nri.OptionalRepeatedString;
import io.windlass.proto.nri.OptionalString;
import io.windlass.proto.nri.SecurityProfile.ProfileType;
import io.windlass.runtime.oci.IntelRdt;
import io.windlass.runtime.oci.IoPriority;
import io.windlass.runtime.oci.Linux;
import io.windlass.runtime.oci.NetDevice;
import io.windlass.runtime.oci.Process;
import io.windlass.runtime.oci.Resources;
import io.windlass.runtime.oci.Scheduler;
import io.windlass.runtime.oci.Spec;
import java.util.Map;

/** The Linux part of a container in NRI's words. */
final class LinuxMessages {
    private LinuxMessages() {}

    /** @param limits those that hold now; they win over the document's, which are those of its creation */
    static LinuxContainer of(Spec spec, LinuxContainerResources limits, SecurityProfile seccomp) {
        LinuxContainer.Builder message = LinuxContainer.newBuilder();
        Linux linux = spec.linux();
        if (linux != null) {
            linux(message, linux);
        }
        Resources made = linux == null || linux.resources() == null ? Resources.NONE : linux.resources();
        message.setResources(resources(made, limits));
        if (spec.process() != null) {
            process(message, spec.process());
        }
        message.setSeccompProfile(io.windlass.proto.nri.SecurityProfile.newBuilder()
                .setProfileType(
                        switch (seccomp.type()) {
                            case RUNTIME_DEFAULT -> ProfileType.RUNTIME_DEFAULT;
                            case UNCONFINED -> ProfileType.UNCONFINED;
                            case LOCALHOST -> ProfileType.LOCALHOST;
                        })
                .setLocalhostRef(seccomp.localhostRef()));
        return message.build();
    }

    private static LinuxResources resources(Resources made, LinuxContainerResources limits) {
        LinuxResources now = ResourceMessages.of(limits);
        LinuxResources.Builder both = LinuxResources.newBuilder(ResourceMessages.of(made));
        if (now.getHugepageLimitsCount() > 0) {
            // Merging would append.
            both.clearHugepageLimits();
        }
        return both.mergeFrom(now).build();
    }

    private static void linux(LinuxContainer.Builder message, Linux linux) {
        linux.namespaces()
                .forEach(namespace -> message.addNamespaces(LinuxNamespace.newBuilder()
                        .setType(namespace.type())
                        .setPath(namespace.path() == null ? "" : namespace.path())));
        linux.devices().forEach(device -> message.addDevices(OciMessages.device(device)));
        if (linux.cgroupsPath() != null) {
            message.setCgroupsPath(linux.cgroupsPath());
        }
        if (linux.seccomp() != null) {
            message.setSeccompPolicy(OciMessages.seccomp(linux.seccomp()));
        }
        message.putAllSysctl(linux.sysctl());
        for (Map.Entry<String, NetDevice> device : linux.netDevices().entrySet()) {
            String name = device.getValue().name();
            message.putNetDevices(
                    device.getKey(),
                    LinuxNetDevice.newBuilder()
                            .setName(name == null ? "" : name)
                            .build());
        }
        if (linux.intelRdt() != null) {
            message.setRdt(rdt(linux.intelRdt()));
        }
    }

    private static void process(LinuxContainer.Builder message, Process process) {
        if (process.oomScoreAdj() != null) {
            message.setOomScoreAdj(OptionalInt.newBuilder().setValue(process.oomScoreAdj()));
        }
        IoPriority io = process.ioPriority();
        if (io != null) {
            message.setIoPriority(LinuxIOPriority.newBuilder()
                    .setClass_(IOPrioClass.valueOf(io.schedulingClass()))
                    .setPriority(io.priority()));
        }
        if (process.scheduler() != null) {
            message.setScheduler(scheduler(process.scheduler()));
        }
    }

    private static LinuxScheduler scheduler(Scheduler scheduler) {
        return LinuxScheduler.newBuilder()
                .setPolicy(LinuxSchedulerPolicy.valueOf(scheduler.policy()))
                .setNice(scheduler.nice())
                .setPriority(scheduler.priority())
                .addAllFlags(scheduler.flags().stream()
                        .map(LinuxSchedulerFlag::valueOf)
                        .toList())
                .setRuntime(scheduler.runtime())
                .setDeadline(scheduler.deadline())
                .setPeriod(scheduler.period())
                .build();
    }

    private static LinuxRdt rdt(IntelRdt rdt) {
        LinuxRdt.Builder message = LinuxRdt.newBuilder()
                .setSchemata(OptionalRepeatedString.newBuilder().addAllValue(rdt.schemata()))
                .setEnableMonitoring(OptionalBool.newBuilder().setValue(rdt.enableMonitoring()));
        if (rdt.closID() != null) {
            message.setClosId(OptionalString.newBuilder().setValue(rdt.closID()));
        }
        return message.build();
    }
}
