package io.windlass.runtime.oci;

import java.util.ArrayList;
import java.util.List;

/**
 * One mount of the container, in the order of the document.
 *
 * @param destination absolute path in the container
 * @param type file system type; ignored for binds, which are known by their options bind or rbind
 * @param uidMappings idmapped mount: empty for none
 */
public record Mount(
        String destination,
        String type,
        String source,
        List<String> options,
        List<IdMapping> uidMappings,
        List<IdMapping> gidMappings) {
    public Mount {
        type = Absent.text(type);
        source = Absent.text(source);
        options = Absent.list(options);
        uidMappings = Absent.list(uidMappings);
        gidMappings = Absent.list(gidMappings);
    }

    public static Mount of(String type, String source, String destination, String... options) {
        return new Mount(destination, type, source, List.of(options), List.of(), List.of());
    }

    /** A recursive bind of {@code source} with the options given besides rbind. */
    public static Mount bind(String source, String destination, String... options) {
        List<String> all = new ArrayList<>(List.of("rbind"));
        all.addAll(List.of(options));
        return new Mount(destination, "bind", source, all, List.of(), List.of());
    }

    public Mount withMappings(List<IdMapping> uids, List<IdMapping> gids) {
        return new Mount(destination, type, source, options, uids, gids);
    }
}
