package io.windlass.image;

import com.github.luben.zstd.util.ZstdVersion;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Runs {@link PullOnce} in a process of its own, which the program killpoint kills by SIGKILL before whichever of its steps is wanted. That
 * program is compiled here, and the process starts from an archive of its classes: it is needed some hundred times.
 */
final class KilledPull {
    private static final Path SOURCE = Path.of("src/integration-test/c/killpoint.c");

    private final Path folder;
    private final List<String> java;

    private KilledPull(Path folder, List<String> java) {
        this.folder = folder;
        this.java = java;
    }

    /** @param pull how the process is called in a run that is only there to find out which classes it needs */
    static KilledPull prepare(Path folder, Arguments pull) throws IOException, InterruptedException {
        run(
                folder,
                List.of(
                        "gcc",
                        "-std=gnu17",
                        "-O1",
                        "-Wall",
                        "-Wextra",
                        "-Werror",
                        "-o",
                        folder.resolve("killpoint").toString(),
                        SOURCE.toString()));
        List<String> java = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Dorg.sqlite.lib.path=" + folder,
                "-Dorg.sqlite.lib.name=libsqlitejdbc.so",
                "-DZstdNativePath=" + folder.resolve("libzstd-jni.so"),
                "-cp",
                classPath(folder)));
        String machine = System.getProperty("os.arch").equals("aarch64") ? "aarch64" : "x86_64";
        extract("/org/sqlite/native/Linux/" + machine + "/libsqlitejdbc.so", folder.resolve("libsqlitejdbc.so"));
        String zstd = "/linux/" + System.getProperty("os.arch") + "/libzstd-jni-" + ZstdVersion.VERSION + ".so";
        extract(zstd, folder.resolve("libzstd-jni.so"));
        List<String> training = new ArrayList<>(java);
        training.add(1, "-XX:AOTCacheOutput=" + folder.resolve("once.aot"));
        training.addAll(pull.list());
        run(folder, training);
        java.add(1, "-XX:AOTCache=" + folder.resolve("once.aot"));
        return new KilledPull(folder, java);
    }

    /** What the process is told, see {@link PullOnce}. */
    record Arguments(Path root, Path hosts, String reference, int transfers) {
        private List<String> list() {
            return List.of(
                    PullOnce.class.getName(),
                    root.toString(),
                    hosts.toString(),
                    reference,
                    Integer.toString(transfers));
        }
    }

    /**
     * What became of a process.
     *
     * @param steps what it did to the store, one line for each system call; the last one was not done if it was killed
     */
    record Outcome(boolean killed, List<String> steps) {
        Outcome {
            steps = List.copyOf(steps);
        }
    }

    /** @param step before which the process is killed, counted from 1; 0: it is not */
    Outcome run(Arguments pull, int step) throws IOException, InterruptedException {
        Path log = Files.createTempFile(folder, "steps", "");
        List<String> command = new ArrayList<>(List.of(
                folder.resolve("killpoint").toString(), pull.root.toString(), Integer.toString(step), log.toString()));
        command.addAll(java);
        command.addAll(pull.list());
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int status = process.waitFor();
        if (status != 0 && status != 137) {
            throw new IllegalStateException(command + " ended with " + status + ": " + said);
        }
        List<String> steps = Files.readAllLines(log);
        Files.delete(log);
        return new Outcome(status == 137, steps);
    }

    private static void run(Path folder, List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IllegalStateException(command + " in " + folder + " failed: " + said);
        }
    }

    /** The one class of this folder in an archive, as archives of classes go with jars only, and all other jars. */
    private static String classPath(Path folder) throws IOException {
        Path jar = folder.resolve("once.jar");
        String name = PullOnce.class.getName().replace('.', '/') + ".class";
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar));
                InputStream in = PullOnce.class.getResourceAsStream("/" + name)) {
            out.putNextEntry(new JarEntry(name));
            copy(in, name, out);
        }
        Stream<String> jars =
                Stream.of(System.getProperty("java.class.path").split(":", -1)).filter(entry -> entry.endsWith(".jar"));
        return Stream.concat(Stream.of(jar.toString()), jars)
                .reduce((a, b) -> a + ":" + b)
                .orElseThrow();
    }

    private static void extract(String resource, Path place) throws IOException {
        try (InputStream in = KilledPull.class.getResourceAsStream(resource);
                OutputStream out = Files.newOutputStream(place)) {
            copy(in, resource, out);
        }
    }

    private static void copy(@Nullable InputStream in, String name, OutputStream out) throws IOException {
        if (in == null) {
            throw new IOException("there is no " + name + " on the class path");
        }
        in.transferTo(out);
    }
}
