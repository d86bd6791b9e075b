package io.windlass.pod.security;

import io.windlass.linux.selinux.ContainerContexts;
import java.nio.file.Path;
import java.util.Optional;

/** SELinux of a node, as far as containers are concerned. Thread-safe. */
public interface Selinux {
    /** A kernel without it, or a daemon that shall not use it. */
    Selinux NONE = new Selinux() {
        @Override
        public boolean enabled() {
            return false;
        }

        @Override
        public Optional<ContainerContexts> contexts() {
            return Optional.empty();
        }

        @Override
        public String problem() {
            return "this node has no SELinux";
        }

        @Override
        public Optional<String> canonical(String context) {
            return Optional.empty();
        }

        @Override
        public int categories() {
            return 0;
        }

        @Override
        public void relabel(Path top, String label) {}
    };

    boolean enabled();

    /** The labels that containers begin with; absent where the node's policy has none, which {@link #problem} explains. */
    Optional<ContainerContexts> contexts();

    /** Why there are no labels for containers. */
    String problem();

    /** The label as the kernel writes it; absent if its policy has no such label. */
    Optional<String> canonical(String context);

    /** How many categories pods are told apart by: c0 and those that follow. */
    int categories();

    /**
     * Labels a folder with all that is in it, or a file, unless its top has the label already, or takes none.
     *
     * @param top without symbolic links in its path
     */
    void relabel(Path top, String label);
}
