package io.windlass.pod.devices;

import java.nio.file.Path;

/** A valid specification and where it was read. */
record SpecFile(Path path, CdiSpec spec) {}
