package io.windlass.cri.config;

import java.net.URI;
import java.util.List;

/**
 * {@code [registry."HOST"]}: where the images of one registry really come from.
 *
 * @param endpoints tried in this order, before the registry itself
 */
public record RegistrySettings(List<URI> endpoints) {
    static RegistrySettings read(Section section) {
        return new RegistrySettings(section.parsedList(
                "endpoints",
                Parsers::httpUrl,
                "Base URLs to fetch from, tried in this order before https://HOST itself; http:// is allowed."));
    }
}
