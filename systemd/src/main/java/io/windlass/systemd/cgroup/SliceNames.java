package io.windlass.systemd.cgroup;

import io.windlass.fault.Fault;
import io.windlass.linux.cgroup.GroupNames;

/**
 * Names and places of slices and scopes: {@code a-b.slice} lies in {@code a.slice} (systemd.slice(5)), and a container's scope in
 * the slice of its pod. Stateless.
 */
final class SliceNames implements GroupNames {
    static final String SLICE = ".slice";
    static final String SCOPE = ".scope";
    private static final String CONTAINER = "cri-windlass-";
    private static final int LONGEST_NAME = 255;

    /** @param asked the name of a slice, or, as kubelet has it, the whole path to it */
    @Override
    public String parent(String asked) {
        String name = unit(asked);
        if (!name.endsWith(SLICE)) {
            throw Fault.invalid("'" + asked + "' is not a slice, as the systemd driver needs; set [cgroup] driver = "
                    + "\"cgroupfs\", or kubelet's cgroupDriver to systemd");
        }
        String path = expand(name);
        if (asked.contains("/") && !asked.equals(path)) {
            throw Fault.invalid("'" + asked + "' is not the path of " + name + ", which systemd puts at " + path);
        }
        return path;
    }

    private static String expand(String slice) {
        String name = slice.substring(0, slice.length() - SLICE.length());
        boolean named = name.matches("[A-Za-z0-9:_.\\\\]+(-[A-Za-z0-9:_.\\\\]+)*") && slice.length() <= LONGEST_NAME;
        if (!named) {
            throw Fault.invalid("'" + slice + "' is not the name of a slice that can hold pods");
        }
        StringBuilder path = new StringBuilder();
        for (int dash = name.indexOf('-'); dash >= 0; dash = name.indexOf('-', dash + 1)) {
            path.append('/').append(name, 0, dash).append(SLICE);
        }
        return path.append('/').append(slice).toString();
    }

    @Override
    public String ofPod(String parent, String pod) {
        String name = unit(parent);
        return parent + "/" + name.substring(0, name.length() - SLICE.length()) + "-pod" + pod + SLICE;
    }

    /** Below a group that is no slice, of a pod from a time with the other driver, there are no scopes. */
    @Override
    public String ofContainer(String parent, String container) {
        return parent + "/" + (parent.endsWith(SLICE) ? CONTAINER + container + SCOPE : container);
    }

    /** The last part of a path. */
    static String unit(String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    /** The path of the group above; empty for the root. */
    static String above(String path) {
        return path.substring(0, path.lastIndexOf('/'));
    }

    /** Whether a group belongs to a unit that is ours to make and end. */
    static boolean isUnit(String path) {
        return path.endsWith(SCOPE) || path.endsWith(SLICE);
    }
}
