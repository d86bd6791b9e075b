package io.windlass.image.hosts;

import io.windlass.fault.Fault;
import io.windlass.image.reference.ImageReference;
import java.util.List;
import java.util.Optional;

/** A place where a node keeps what it knows of registries. Thread-safe. */
interface HostSource {
    /**
     * The servers to ask, in order; empty where nothing is said of this registry in particular.
     *
     * @throws Fault FAILED_PRECONDITION with file and line, where what is said cannot be used
     */
    Optional<List<Endpoint>> named(ImageReference reference);

    /** The servers for registries that no source names. */
    default Optional<List<Endpoint>> otherwise(ImageReference reference) {
        return Optional.empty();
    }

    /** What is wrong with its files, and what of them is not used, as far as they have been read. */
    List<Flaw> remarks();
}
