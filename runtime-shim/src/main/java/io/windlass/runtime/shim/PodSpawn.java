package io.windlass.runtime.shim;

import io.windlass.runtime.oci.IdMapping;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A request for the shim of a new pod.
 *
 * @param podId 64 hexadecimal digits
 * @param podDirectory the pod's folder below the state folder; the namespaces are pinned in its {@code ns} folder
 * @param namespaces what the pod does not share with the host
 * @param hostname set when {@code namespaces} holds UTS and it is not empty
 * @param uidMap empty unless {@code namespaces} holds USER
 */
public record PodSpawn(
        String podId,
        Path podDirectory,
        Set<PodNamespace> namespaces,
        String hostname,
        Map<String, String> sysctls,
        List<IdMapping> uidMap,
        List<IdMapping> gidMap) {
    public PodSpawn {
        namespaces = Set.copyOf(namespaces);
        sysctls = Map.copyOf(sysctls);
        uidMap = List.copyOf(uidMap);
        gidMap = List.copyOf(gidMap);
    }

    /** Where a namespace of this pod is pinned. */
    public Path namespaceFile(PodNamespace namespace) {
        return podDirectory.resolve("ns").resolve(namespace.fileName());
    }
}
