package io.windlass.pod.devices;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.windlass.pod.devices.CdiSpec.Absent;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a CDI device changes about the container that gets it. */
record ContainerEdits(
        List<String> env,
        List<DeviceNode> deviceNodes,
        List<NetDevice> netDevices,
        List<Hook> hooks,
        List<Mount> mounts,
        @Nullable IntelRdt intelRdt,
        List<Long> additionalGids) {
    static final ContainerEdits NONE =
            new ContainerEdits(List.of(), List.of(), List.of(), List.of(), List.of(), null, List.of());

    ContainerEdits {
        env = Absent.list(env);
        deviceNodes = Absent.list(deviceNodes);
        netDevices = Absent.list(netDevices);
        hooks = Absent.list(hooks);
        mounts = Absent.list(mounts);
        additionalGids = Absent.list(additionalGids);
    }

    boolean none() {
        return equals(NONE);
    }

    /**
     * A device node.
     *
     * @param hostPath where it lies on the node; empty: at {@code path}
     * @param type b, c, u or p; empty: the node's, as are the numbers when they are 0
     * @param permissions letters of r, w and m; empty: all; "none": none
     */
    record DeviceNode(
            String path,
            String hostPath,
            String type,
            long major,
            long minor,
            @Nullable Integer fileMode,
            String permissions,
            @Nullable Long uid,
            @Nullable Long gid) {
        DeviceNode {
            path = Absent.text(path);
            hostPath = Absent.text(hostPath);
            type = Absent.text(type);
            permissions = Absent.text(permissions);
        }
    }

    /** A network interface that moves into the container. */
    record NetDevice(String hostInterfaceName, String name) {
        NetDevice {
            hostInterfaceName = Absent.text(hostInterfaceName);
            name = Absent.text(name);
        }
    }

    /** A program that is run at the point of a container's life that OCI calls {@code hookName}; timeout in seconds. */
    record Hook(
            String hookName,
            String path,
            List<String> args,
            List<String> env,
            @Nullable Integer timeout) {
        Hook {
            hookName = Absent.text(hookName);
            path = Absent.text(path);
            args = Absent.list(args);
            env = Absent.list(env);
        }
    }

    /** A mount; without a type, or of type bind, it is a bind. */
    record Mount(String hostPath, String containerPath, List<String> options, String type) {
        Mount {
            hostPath = Absent.text(hostPath);
            containerPath = Absent.text(containerPath);
            options = Absent.list(options);
            type = Absent.text(type);
        }
    }

    /** Cache and memory bandwidth (resctrl); null schemata are another thing than empty ones to the version. */
    record IntelRdt(
            @JsonProperty("closID") String closId,
            String l3CacheSchema,
            String memBwSchema,
            @Nullable List<String> schemata,
            boolean enableMonitoring) {
        IntelRdt {
            closId = Absent.text(closId);
            l3CacheSchema = Absent.text(l3CacheSchema);
            memBwSchema = Absent.text(memBwSchema);
        }
    }
}
