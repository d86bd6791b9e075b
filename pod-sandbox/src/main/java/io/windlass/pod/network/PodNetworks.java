package io.windlass.pod.network;

import io.windlass.linux.Syscalls;
import java.nio.file.Path;

/** Chooses the network that pods are attached to. */
public final class PodNetworks {
    private PodNetworks() {}

    /**
     * Opens the built-in network.
     *
     * @param store the networks' SQLite file, made when missing
     */
    public static PodNetwork open(NetworkConfig config, Path store, Syscalls kernel) {
        return BridgeNetwork.open(config, store, kernel);
    }
}
