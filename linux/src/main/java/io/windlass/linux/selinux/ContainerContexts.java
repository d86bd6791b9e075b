package io.windlass.linux.selinux;

import io.windlass.fault.Fault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What a policy has for containers: its file lxc_contexts, which container runtimes have in common.
 *
 * @param process the label of their processes
 * @param file that of the files that they may change
 */
public record ContainerContexts(SecurityContext process, SecurityContext file) {
    /** @return absent where the file is missing or does not say both: the policy knows no containers */
    static Optional<ContainerContexts> read(Path file) {
        Map<String, String> values = new HashMap<>();
        try {
            for (String line : Files.readAllLines(file)) {
                int equals = line.indexOf('=');
                if (equals > 0 && !line.strip().startsWith("#")) {
                    values.put(
                            line.substring(0, equals).strip(),
                            line.substring(equals + 1).strip().replace("\"", ""));
                }
            }
            String process = values.getOrDefault("process", "");
            String content = values.getOrDefault("file", "");
            return process.isEmpty() || content.isEmpty()
                    ? Optional.empty()
                    : Optional.of(
                            new ContainerContexts(SecurityContext.parse(process), SecurityContext.parse(content)));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw Fault.internal("cannot read " + file + ": " + e.getMessage(), e);
        } catch (Fault e) {
            throw e.in("cannot use " + file);
        }
    }
}
