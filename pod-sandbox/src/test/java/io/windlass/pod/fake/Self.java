package io.windlass.pod.fake;

import io.windlass.pod.model.ProcessIdentity;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The test's own process, as an example of one that lives. */
final class Self {
    private Self() {}

    static ProcessIdentity identity() {
        try {
            String stat = Files.readString(Path.of("/proc/self/stat"));
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
            return new ProcessIdentity(ProcessHandle.current().pid(), Long.parseLong(fields[19]));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
