package io.windlass.pod.model;

import java.util.List;

/** The names of the one runtime handler that there is: the CRI's default one, and that of our RuntimeClass. */
public final class RuntimeHandlers {
    public static final List<String> NAMES = List.of("", "windlass");

    private RuntimeHandlers() {}
}
