package io.windlass.image.unpack;

import java.util.ArrayList;
import java.util.List;

/** Where a member of an archive goes: the names from the layer's root down. The root itself has none. */
record EntryPath(List<String> names) {
    EntryPath {
        names = List.copyOf(names);
    }

    /** Splits a name; leading slashes and "." parts mean nothing, ".." is refused wherever it stands. */
    static EntryPath parse(String path) {
        if (path.indexOf('\0') >= 0) {
            throw RefusedEntryException.hostile("its name has a NUL byte");
        }
        List<String> names = new ArrayList<>();
        for (String name : path.split("/", -1)) {
            if (name.equals("..")) {
                throw RefusedEntryException.hostile("its name '" + path + "' leads upwards by '..'");
            }
            if (!name.isEmpty() && !name.equals(".")) {
                names.add(name);
            }
        }
        return new EntryPath(names);
    }

    boolean isRoot() {
        return names.isEmpty();
    }

    String last() {
        return names.getLast();
    }

    EntryPath parent() {
        return new EntryPath(names.subList(0, names.size() - 1));
    }

    @Override
    public String toString() {
        return isRoot() ? "." : String.join("/", names);
    }
}
