package io.windlass.image.registry;

import java.net.URI;
import java.util.Map;

/** A request that changes something at a registry. */
record Upload(String method, URI uri, Map<String, String> headers, UploadBody body) {
    Upload {
        headers = Map.copyOf(headers);
    }
}
