package io.windlass.cri.config;

import io.windlass.fault.Fault;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.tomlj.Toml;
import org.tomlj.TomlParseResult;

/** Reads the configuration: the main file, then its sibling folder {@code config.d}, whose files win in name order. */
public final class ConfigFiles {
    private ConfigFiles() {}

    /**
     * Reads {@code main} and {@code config.d/*.toml} beside it.
     *
     * @param required whether a missing main file is an error, as it is when somebody named it
     * @throws Fault INVALID_ARGUMENT with every mistake of every file, one a line
     */
    public static Config load(Path main, boolean required) {
        if (required && !Files.exists(main)) {
            throw Fault.invalid("cannot read configuration " + main + ": there is no such file");
        }
        List<Problem> problems = new ArrayList<>();
        List<Source> sources = new ArrayList<>();
        for (Path file : files(main)) {
            parse(file, sources, problems);
        }
        ConfigLayout layout = new ConfigLayout(sources);
        Config config = layout.read();
        problems.addAll(layout.problems());
        if (!problems.isEmpty()) {
            throw Fault.invalid(problems.stream()
                    .sorted(Comparator.comparing(Problem::file).thenComparingInt(Problem::line))
                    .map(Problem::toString)
                    .collect(Collectors.joining("\n")));
        }
        return config;
    }

    /** What is in force when there is no file at all. */
    public static Config defaults() {
        return new ConfigLayout(List.of()).read();
    }

    private static List<Path> files(Path main) {
        List<Path> result = new ArrayList<>();
        if (Files.exists(main)) {
            result.add(main);
        }
        Path folder = main.resolveSibling("config.d");
        if (Files.isDirectory(folder)) {
            try (Stream<Path> entries = Files.list(folder)) {
                entries.filter(entry -> entry.toString().endsWith(".toml"))
                        .sorted()
                        .forEach(result::add);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return result;
    }

    private static void parse(Path file, List<Source> sources, List<Problem> problems) {
        try {
            TomlParseResult parsed = Toml.parse(file);
            parsed.errors()
                    .forEach(error -> problems.add(
                            new Problem(file, error.position().line(), String.valueOf(error.getMessage()))));
            sources.add(new Source(file, parsed));
        } catch (IOException e) {
            problems.add(new Problem(file, 0, "cannot be read: " + e));
        }
    }
}
