package io.windlass.cri.config;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** The whole configuration in force: files, then command line, over the defaults. Immutable. */
public record Config(
        Path root,
        Path state,
        ServerSettings server,
        Map<String, RegistrySettings> registries,
        CgroupSettings cgroup,
        NetworkSettings network,
        CniSettings cni,
        StreamingSettings streaming,
        NriSettings nri,
        CdiSettings cdi,
        SelinuxSettings selinux,
        ImageSettings image,
        QuotaSettings quota,
        LogSettings log) {
    public Config {
        registries = Map.copyOf(registries);
    }

    /** The same configuration with what the command line says instead. */
    public Config with(
            Optional<Path> otherRoot, Optional<Path> otherState, Optional<Path> otherListen, Optional<Path> nriSocket) {
        Path newState = otherState.orElse(state);
        boolean followsState = server.listen().equals(state.resolve(ServerSettings.SOCKET));
        Path listen = otherListen.orElse(followsState ? newState.resolve(ServerSettings.SOCKET) : server.listen());
        Path node = server.nodeListen().equals(state.resolve(ServerSettings.NODE_SOCKET))
                ? newState.resolve(ServerSettings.NODE_SOCKET)
                : server.nodeListen();
        ServerSettings changed = new ServerSettings(listen, server.allowedUids(), node);
        NriSettings plugins = nri.moved(state, newState);
        return new Config(
                otherRoot.orElse(root),
                newState,
                changed,
                registries,
                cgroup,
                network,
                cni,
                streaming,
                nriSocket.map(plugins::enabledAt).orElse(plugins),
                cdi,
                selinux,
                image,
                quota,
                log);
    }
}
