package io.windlass.cri.conformance;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The sources of all modules: which tests there are, and which texts the code can say. Immutable. */
final class ProjectSources {
    private static final Path PROJECT = Path.of("..");
    private static final Pattern JOIN = Pattern.compile("\"\\s*\\+\\s*\"");
    private static final Pattern LITERAL = Pattern.compile("\"((?:[^\"\\\\\n]|\\\\.)*)\"");

    private final Map<String, String> tests = new HashMap<>();
    private final List<String> literals = new ArrayList<>();

    ProjectSources() throws IOException {
        for (Path module : modules()) {
            for (Path file : javaBelow(module.resolve("src"))) {
                String text = Files.readString(file);
                if (module.resolve("src").relativize(file).startsWith("main")) {
                    LITERAL.matcher(JOIN.matcher(text).replaceAll(""))
                            .results()
                            .map(literal -> literal.group(1))
                            .forEach(literals::add);
                } else {
                    tests.put(file.getFileName().toString().replace(".java", ""), text);
                }
            }
        }
    }

    private static List<Path> modules() throws IOException {
        try (Stream<Path> folders = Files.list(PROJECT)) {
            return folders.filter(folder -> Files.exists(folder.resolve("pom.xml")))
                    .toList();
        }
    }

    private static List<Path> javaBelow(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.toString().endsWith(".java")).toList();
        }
    }

    /** @param test "Class.method" */
    boolean hasTest(String test) {
        int dot = test.indexOf('.');
        String source = tests.getOrDefault(test.substring(0, dot), "");
        return Pattern.compile(
                        "@(?:Parameterized|Repeated)?Test\\b(?:(?!@(?:Parameterized|Repeated)?Test\\b).)*?void "
                                + test.substring(dot + 1) + "\\(",
                        Pattern.DOTALL)
                .matcher(source)
                .find();
    }

    /** @param text "…" stands for what differs from case to case */
    boolean canSay(String text) {
        return Stream.of(text.split("…"))
                .map(String::strip)
                .filter(part -> !part.isEmpty())
                .allMatch(part -> literals.stream().anyMatch(literal -> literal.contains(part)));
    }
}
