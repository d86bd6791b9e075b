package io.windlass.cri.grpc;

import io.windlass.cri.config.Config;
import io.windlass.cri.release.ReleaseVersion;
import io.windlass.cri.server.RpcTable;
import io.windlass.cri.v1.CgroupDriver;
import io.windlass.cri.v1.RuntimeConfigRequest;
import io.windlass.cri.v1.RuntimeConfigResponse;
import io.windlass.cri.v1.RuntimeServiceGrpc;
import io.windlass.cri.v1.StatusRequest;
import io.windlass.cri.v1.StatusResponse;
import io.windlass.cri.v1.UpdateRuntimeConfigRequest;
import io.windlass.cri.v1.UpdateRuntimeConfigResponse;
import io.windlass.cri.v1.VersionRequest;
import io.windlass.cri.v1.VersionResponse;
import io.windlass.image.ImageService;
import io.windlass.pod.devices.CdiDevices;
import io.windlass.pod.model.RuntimeHandlers;
import io.windlass.pod.network.NetworkStatus;
import io.windlass.pod.network.PodNetwork;
import io.windlass.pod.network.PodRanges;
import io.windlass.pod.quota.ContainerQuotas;
import io.windlass.pod.spec.Node;

/** The RPCs about the runtime itself. Thread-safe. */
public final class RuntimeEndpoint implements RpcTable.Endpoint {
    private static final String KUBELET_API = "0.1.0";
    private static final String CRI_API = "v1";

    private final Config config;
    private final RuntimeReadiness readiness;
    private final PodNetwork network;
    private final boolean userNamespaces;
    private final CdiDevices devices;
    private final ImageService images;
    private final ContainerQuotas quotas;

    /**
     * @param helper finds or starts what runs pods, and fails with a fault where that cannot be
     * @param node what this node can do
     * @param devices those that containers can ask for by name
     * @param quotas of containers
     * @param images whose pulls a verbose Status tells of
     */
    public RuntimeEndpoint(
            Config config,
            Runnable helper,
            PodNetwork network,
            Node node,
            CdiDevices devices,
            ContainerQuotas quotas,
            ImageService images) {
        this.config = config;
        this.readiness = new RuntimeReadiness(helper, node.appArmor(), node.selinux(), quotas.lacking());
        this.network = network;
        this.userNamespaces = node.users().available();
        this.devices = devices;
        this.quotas = quotas;
        this.images = images;
    }

    @Override
    public void register(RpcTable table) {
        table.unary(RuntimeServiceGrpc.getVersionMethod(), this::version)
                .unary(RuntimeServiceGrpc.getStatusMethod(), this::status)
                .unary(RuntimeServiceGrpc.getRuntimeConfigMethod(), this::runtimeConfig)
                .unary(RuntimeServiceGrpc.getUpdateRuntimeConfigMethod(), this::updateRuntimeConfig);
    }

    private VersionResponse version(VersionRequest request) {
        return VersionResponse.newBuilder()
                .setVersion(KUBELET_API)
                .setRuntimeName("windlass")
                .setRuntimeVersion(ReleaseVersion.text())
                .setRuntimeApiVersion(CRI_API)
                .build();
    }

    private StatusResponse status(StatusRequest request) {
        StatusResponse.Builder answer = StatusResponse.newBuilder();
        answer.getStatusBuilder().addConditions(readiness.condition());
        NetworkStatus connected = network.status();
        answer.getStatusBuilder()
                .addConditionsBuilder()
                .setType("NetworkReady")
                .setStatus(connected.ready())
                .setReason(connected.reason())
                .setMessage(connected.message());
        for (String handler : RuntimeHandlers.NAMES) {
            answer.addRuntimeHandlersBuilder()
                    .setName(handler)
                    .getFeaturesBuilder()
                    .setRecursiveReadOnlyMounts(Features.RECURSIVE_READ_ONLY_MOUNTS)
                    .setUserNamespaces(userNamespaces);
        }
        answer.getFeaturesBuilder()
                .setSupplementalGroupsPolicy(Features.SUPPLEMENTAL_GROUPS_POLICY)
                .setUserNamespacesHostNetwork(userNamespaces)
                .setMountOptions(Features.MOUNT_OPTIONS);
        if (request.getVerbose()) {
            answer.putInfo("config", ConfigJson.of(config));
            answer.putInfo("quotas", QuotasJson.of(quotas));
            answer.putInfo("pulls", PullsJson.of(images));
            devices.inventory().ifPresent(inventory -> answer.putInfo("cdi", CdiJson.of(inventory)));
        }
        return answer.build();
    }

    private RuntimeConfigResponse runtimeConfig(RuntimeConfigRequest request) {
        RuntimeConfigResponse.Builder answer = RuntimeConfigResponse.newBuilder();
        answer.getLinuxBuilder()
                .setCgroupDriver(
                        switch (config.cgroup().driver()) {
                            case CGROUPFS -> CgroupDriver.CGROUPFS;
                            case SYSTEMD -> CgroupDriver.SYSTEMD;
                        });
        return answer.build();
    }

    private UpdateRuntimeConfigResponse updateRuntimeConfig(UpdateRuntimeConfigRequest request) {
        PodRanges ranges =
                PodRanges.parse(request.getRuntimeConfig().getNetworkConfig().getPodCidr());
        if (!ranges.equals(PodRanges.NONE)) {
            network.use(ranges);
        }
        return UpdateRuntimeConfigResponse.getDefaultInstance();
    }
}
