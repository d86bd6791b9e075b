package io.windlass.pod.network.cni;

import java.nio.file.Path;
import java.util.List;

/**
 * Where CNI is installed.
 *
 * @param configurations the folder whose first configuration by name is used
 * @param plugins the folders searched for plugins, in this order
 */
public record CniFolders(Path configurations, List<Path> plugins) {
    public CniFolders {
        plugins = List.copyOf(plugins);
    }
}
