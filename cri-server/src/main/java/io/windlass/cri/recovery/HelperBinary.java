package io.windlass.cri.recovery;

import io.windlass.fault.Fault;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;

/** Finds the C helper: where WINDLASS_SHIM says, else in the distribution that this daemon was started from. */
public final class HelperBinary {
    private static final String NAME = "libexec/windlass-shim";

    private HelperBinary() {}

    /**
     * The helper's absolute path.
     *
     * @param properties {@code WINDLASS_SHIM} names the binary, {@code windlass.home} the distribution's folder
     */
    public static Path find(Properties properties, Map<String, String> environment) {
        String named = properties.getProperty("WINDLASS_SHIM", environment.getOrDefault("WINDLASS_SHIM", ""));
        if (!named.isEmpty()) {
            return usable(Path.of(named), "which WINDLASS_SHIM names");
        }
        String home = properties.getProperty("windlass.home", "");
        if (home.isEmpty()) {
            throw Fault.precondition(
                    "cannot find the helper windlass-shim: neither WINDLASS_SHIM nor windlass.home is set; "
                            + "start the daemon by bin/windlassd of its distribution");
        }
        return usable(Path.of(home).resolve(NAME), "which belongs to this distribution");
    }

    private static Path usable(Path binary, String origin) {
        if (!Files.isRegularFile(binary)) {
            throw Fault.precondition("cannot find the helper " + binary + ", " + origin + ": there is no such file");
        }
        if (!Files.isExecutable(binary)) {
            throw Fault.precondition("cannot use the helper " + binary + ", " + origin + ": it is not executable");
        }
        return binary.toAbsolutePath().normalize();
    }
}
