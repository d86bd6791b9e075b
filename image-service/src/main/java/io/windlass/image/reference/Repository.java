package io.windlass.image.reference;

import io.windlass.fault.Fault;
import java.util.regex.Pattern;

/** Where images of one name live: a registry host (with port where given) and a path below it. */
public record Repository(String registry, String path) {
    private static final int LONGEST_PATH = 255;
    private static final Pattern HOST = Pattern.compile(
            "(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*"
                    + "|\\[[0-9a-fA-F:]{2,45}])(?::[0-9]{1,5})?");
    private static final Pattern COMPONENT = Pattern.compile("[a-z0-9]+(?:(?:__|[._]|-+)[a-z0-9]+)*");

    public Repository {
        if (registry.length() > LONGEST_PATH || !HOST.matcher(registry).matches()) {
            throw Fault.invalid(
                    "cannot use registry '" + shortened(registry) + "': it is not a host name with an optional port");
        }
        if (path.length() > LONGEST_PATH) {
            throw Fault.invalid("cannot use repository '" + shortened(path) + "': it is longer than " + LONGEST_PATH
                    + " characters");
        }
        for (String component : path.split("/", -1)) {
            if (!COMPONENT.matcher(component).matches()) {
                throw Fault.invalid(
                        "cannot use repository '%s': the part '%s' is not made of lower-case letters, digits and single separators"
                                .formatted(path, component));
            }
        }
    }

    /** The part of the registry before the port. */
    public String host() {
        int colon = registry.lastIndexOf(':');
        return colon > registry.lastIndexOf(']') ? registry.substring(0, colon) : registry;
    }

    private static String shortened(String text) {
        return text.length() <= 80 ? text : text.substring(0, 80) + "...";
    }

    @Override
    public String toString() {
        return registry + "/" + path;
    }
}
