package io.windlass.linux.cgroup;

import io.windlass.fault.Fault;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The checked path of a group.
 *
 * @param text absolute and normal, like /kubepods/podX; never the root
 */
record GroupPath(String text) {
    static GroupPath of(String text) {
        Path path = Path.of(text);
        if (!path.isAbsolute() || path.getNameCount() == 0 || !path.normalize().equals(path)) {
            throw Fault.invalid("cannot use cgroup path '" + text + "': it is not an absolute path without . and ..");
        }
        return new GroupPath(path.toString());
    }

    /** Relative to a hierarchy's root. */
    String relative() {
        return text.substring(1);
    }

    /** The groups above, from the topmost down, relative to a hierarchy's root. */
    List<String> parents() {
        List<String> parents = new ArrayList<>();
        Path relative = Path.of(relative());
        for (int i = 1; i < relative.getNameCount(); i++) {
            parents.add(relative.subpath(0, i).toString());
        }
        return parents;
    }
}
