package io.windlass.image.trust;

import io.windlass.fault.Fault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Where a requirement has a key from. */
sealed interface KeySource {
    VerificationKey load();

    /** A file, read for each pull that needs it: keys are replaced while the daemon runs. */
    record KeyFile(Path file, Place place) implements KeySource {
        @Override
        public VerificationKey load() {
            try {
                return VerificationKey.parse(Files.readAllBytes(file));
            } catch (IOException e) {
                throw place.wrong("cannot read key " + file + ": " + e);
            } catch (Fault e) {
                throw place.wrong("cannot use key " + file + ": " + e.getMessage());
            }
        }

        @Override
        public String toString() {
            return file.toString();
        }
    }

    /** One that the policy itself has. */
    record InlineKey(VerificationKey key, Place place) implements KeySource {
        @Override
        public VerificationKey load() {
            return key;
        }

        @Override
        public String toString() {
            return "that at " + place;
        }
    }
}
