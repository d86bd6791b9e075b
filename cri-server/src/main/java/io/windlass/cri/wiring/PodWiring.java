package io.windlass.cri.wiring;

import io.windlass.cri.config.CgroupSettings;
import io.windlass.cri.config.Config;
import io.windlass.cri.config.NetworkSettings;
import io.windlass.cri.config.QuotaSettings;
import io.windlass.cri.config.SelinuxSettings;
import io.windlass.cri.recovery.Closing;
import io.windlass.cri.recovery.HelperBinary;
import io.windlass.cri.release.ReleaseVersion;
import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.linux.Kernel;
import io.windlass.linux.Syscalls;
import io.windlass.linux.cgroup.CgroupDriver;
import io.windlass.nri.plugin.Nri;
import io.windlass.nri.plugin.NriSettings;
import io.windlass.pod.Pods;
import io.windlass.pod.PodsSettings;
import io.windlass.pod.devices.CdiDevices;
import io.windlass.pod.network.NetworkConfig;
import io.windlass.pod.network.PodNetwork;
import io.windlass.pod.network.Subnet;
import io.windlass.pod.network.cni.CniFolders;
import io.windlass.pod.network.cni.PodNetworks;
import io.windlass.pod.quota.DiskLimit;
import io.windlass.pod.quota.DiskLimits;
import io.windlass.pod.quota.KernelProjects;
import io.windlass.pod.quota.QuotaPolicy;
import io.windlass.pod.rootfs.RootfsProvider;
import io.windlass.pod.security.KernelAppArmor;
import io.windlass.pod.security.KernelSelinux;
import io.windlass.pod.security.Selinux;
import io.windlass.pod.spec.Node;
import io.windlass.runtime.program.OverlayLayers;
import io.windlass.runtime.program.SeccompDocuments;
import io.windlass.runtime.shim.ShimSupervisor;
import io.windlass.systemd.cgroup.SystemdCgroups;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.nio.file.Path;
import java.util.Optional;

/** The kernel, the helper, the pod network, and the pods' operations on top of them. */
@Singleton
final class PodWiring {
    private static final Path CGROUPS = Path.of("/sys/fs/cgroup");

    @Produces
    @Singleton
    Syscalls kernel() {
        return new Kernel();
    }

    @Produces
    @Singleton
    CgroupDriver cgroups(Config config, Closing closing) {
        CgroupDriver kernel = CgroupDriver.detect(CGROUPS);
        return switch (config.cgroup().driver()) {
            case CGROUPFS -> kernel;
            case SYSTEMD -> closing.later(SystemdCgroups.open(kernel));
        };
    }

    @Produces
    @Singleton
    ShimSupervisor shims(Config config, Syscalls kernel, Closing closing) {
        Path helper = HelperBinary.find(System.getProperties(), System.getenv());
        ShimSupervisor shims = ShimSupervisor.of(helper, config.state(), OverlayLayers.of(kernel));
        closing.later(() -> endWithoutPods(shims));
        return shims;
    }

    /** A daemon that leaves no pod behind leaves no helper either. */
    private static void endWithoutPods(ShimSupervisor shims) {
        try {
            shims.shutdown();
        } catch (Fault e) {
            if (e.kind() != FaultKind.FAILED_PRECONDITION) {
                throw e;
            }
        }
    }

    @Produces
    @Singleton
    PodNetwork network(Config config, Syscalls kernel, Closing closing) {
        CniFolders cni = new CniFolders(config.cni().confDir(), config.cni().binDirs());
        return closing.later(PodNetworks.open(networkSettings(config), cni, config.root(), kernel));
    }

    @Produces
    @Singleton
    Pods pods(
            Config config,
            RootfsProvider roots,
            PodNetwork network,
            ShimSupervisor shims,
            CgroupDriver cgroups,
            Syscalls kernel,
            Node node,
            CdiDevices devices,
            Nri nri,
            Closing closing) {
        PodsSettings settings = settings(config);
        return closing.later(Pods.open(
                settings,
                roots,
                network,
                shims,
                cgroups,
                kernel,
                new KernelProjects(kernel),
                node,
                devices,
                nri.plugins()));
    }

    @Produces
    @Singleton
    Nri nri(Config config, Closing closing) {
        io.windlass.cri.config.NriSettings nri = config.nri();
        return closing.later(new Nri(new NriSettings(
                nri.external() ? Optional.of(nri.socket()) : Optional.empty(),
                nri.pluginPath(),
                nri.pluginConfigPath(),
                HelperBinary.find(System.getProperties(), System.getenv()),
                nri.registrationTimeout(),
                nri.requestTimeout(),
                nri.synchronizationTimeout(),
                ReleaseVersion.text())));
    }

    @Produces
    @Singleton
    Node node(Config config, Syscalls kernel) {
        return Node.detect(
                SeccompDocuments::runtimeDefault,
                settings(config).seccompProfiles(),
                KernelAppArmor.detect(config.state()),
                selinux(config.selinux(), kernel),
                kernel);
    }

    private static Selinux selinux(SelinuxSettings settings, Syscalls kernel) {
        if (settings.use() == SelinuxSettings.Use.FALSE) {
            return Selinux.NONE;
        }
        Selinux selinux = KernelSelinux.detect(kernel, settings.categories());
        if (settings.use() == SelinuxSettings.Use.TRUE && selinux.contexts().isEmpty()) {
            throw Fault.precondition(
                    "cannot label containers, as [selinux] enabled = \"true\" asks for: " + selinux.problem());
        }
        return selinux;
    }

    @Produces
    @Singleton
    CdiDevices devices(Config config) {
        return config.cdi().enabled() ? CdiDevices.of(config.cdi().specDirs()) : CdiDevices.off();
    }

    private static PodsSettings settings(Config config) {
        PodsSettings usual = PodsSettings.of(config.root(), config.state());
        return new PodsSettings(
                usual.database(),
                usual.state(),
                defaultParent(config, usual.cgroupParent()),
                usual.seccompProfiles(),
                usual.checkpoints(),
                usual.programs(),
                quotas(config.quota()));
    }

    private static QuotaPolicy quotas(QuotaSettings quota) {
        return new QuotaPolicy(
                quota.firstProject(),
                quota.projects(),
                new DiskLimits(
                        limit(quota.layerBytes(), "layer_bytes"),
                        limit(quota.layerInodes(), "layer_inodes"),
                        limit(quota.logBytes(), "log_bytes")));
    }

    private static Optional<DiskLimit> limit(long amount, String key) {
        return amount == 0 ? Optional.empty() : Optional.of(new DiskLimit(amount, "[quota] " + key));
    }

    private static String defaultParent(Config config, String usual) {
        CgroupSettings cgroup = config.cgroup();
        if (!cgroup.defaultParent().isEmpty()) {
            return cgroup.defaultParent();
        }
        return switch (cgroup.driver()) {
            case CGROUPFS -> usual;
            // A dash would put the slice into one that other daemons use, too.
            case SYSTEMD -> usual.substring(1).replace('-', '_') + ".slice";
        };
    }

    private static NetworkConfig networkSettings(Config config) {
        NetworkSettings network = config.network();
        NetworkConfig settings = NetworkConfig.defaults(config.root()).withMtu(network.mtu());
        if (!network.bridge().isEmpty()) {
            settings = settings.withBridge(network.bridge());
        }
        if (!network.subnet().isEmpty()) {
            settings = settings.withSubnet(Subnet.parse(network.subnet()));
        }
        if (network.subnet6().equals(NetworkSettings.NONE)) {
            return settings.withIpv6Subnet(Optional.empty());
        }
        return network.subnet6().isEmpty()
                ? settings
                : settings.withIpv6Subnet(Optional.of(Subnet.parse(network.subnet6())));
    }
}
