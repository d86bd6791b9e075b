package io.windlass.linux.seccomp;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Where policies come from. */
public final class SeccompPolicies {
    private SeccompPolicies() {}

    /** The policy of containers that ask for RuntimeDefault. */
    public static SeccompPolicy runtimeDefault() {
        return Default.POLICY;
    }

    /**
     * Reads a profile in the JSON format of the OCI runtime specification, or in Docker's, which adds circumstances to rules.
     *
     * @throws Fault NOT_FOUND when there is no such file, INVALID_ARGUMENT when it is not a profile
     */
    public static SeccompPolicy parse(Path file) {
        try {
            return ProfileReader.read(Files.readAllBytes(file), file.toString());
        } catch (NoSuchFileException e) {
            throw new Fault(FaultKind.NOT_FOUND, "cannot read seccomp profile " + file + ": there is no such file", e);
        } catch (IOException e) {
            throw Fault.internal("cannot read seccomp profile " + file + ": " + e.getMessage(), e);
        }
    }

    private static final class Default {
        static final SeccompPolicy POLICY = read();

        private static SeccompPolicy read() {
            String resource = "runtime-default.json";
            try (InputStream stream = SeccompPolicies.class.getResourceAsStream(resource)) {
                if (stream == null) {
                    throw Fault.internal("cannot read seccomp profile " + resource + ": it is not in the jar", null);
                }
                return ProfileReader.read(stream.readAllBytes(), resource);
            } catch (IOException e) {
                throw Fault.internal("cannot read seccomp profile " + resource + ": " + e.getMessage(), e);
            }
        }
    }
}
