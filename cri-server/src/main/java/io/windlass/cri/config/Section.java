package io.windlass.cri.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.tomlj.TomlArray;

/**
 * The reader of one table, such as {@code [network]}, over all files that have it.
 *
 * <p>Asking for a key also declares it, with its default and its description: what was never asked for is unknown, and
 * the declarations are what {@link ConfigReference} prints. Mistakes are collected, and the default takes the place of a
 * value that is wrong, so that all of them are reported at once. Not thread-safe.
 */
final class Section {
    private final String name;
    private final List<Source> sources;
    private final List<Problem> problems;
    private final Map<String, Declaration> declarations = new LinkedHashMap<>();

    Section(String name, List<Source> sources, List<Problem> problems) {
        this.name = name;
        this.sources = sources;
        this.problems = problems;
    }

    /** A key as the reference file shows it: its default as TOML text, and a sentence. */
    record Declaration(String key, String fallback, String description) {}

    List<Declaration> declarations() {
        return List.copyOf(declarations.values());
    }

    String text(String key, String fallback, String description) {
        return parsed(key, fallback, Function.identity(), Function.identity(), description);
    }

    boolean flag(String key, boolean fallback, String description) {
        return read(key, fallback, Boolean.toString(fallback), description, "true or false", value -> (Boolean) value);
    }

    /** A flag of which not every value will do; {@code check} throws IllegalArgumentException with the reason. */
    boolean parsedFlag(String key, boolean fallback, Predicate<Boolean> check, String description) {
        return read(
                key,
                fallback,
                Boolean.toString(fallback),
                description,
                "true or false",
                value -> check.test((Boolean) value));
    }

    long integer(String key, long fallback, long least, long most, String description) {
        return read(key, fallback, Long.toString(fallback), description, "a whole number", value -> {
            long number = (Long) value;
            if (number < least || number > most) {
                throw new IllegalArgumentException("must be from " + least + " to " + most);
            }
            return number;
        });
    }

    List<String> texts(String key, List<String> fallback, String description) {
        String shown = fallback.stream().map(Section::quote).collect(Collectors.joining(", ", "[", "]"));
        return read(key, fallback, shown, description, "a list of texts", value -> array(value, String.class));
    }

    /** A list of texts with a form of their own; an empty one is the default. */
    <T> List<T> parsedList(String key, Function<String, T> parse, String description) {
        return read(
                key,
                List.of(),
                "[]",
                description,
                "a list of texts",
                value -> array(value, String.class).stream().map(parse).toList());
    }

    List<Long> integers(String key, List<Long> fallback, String description) {
        return read(
                key,
                fallback,
                fallback.toString(),
                description,
                "a list of whole numbers",
                value -> array(value, Long.class));
    }

    /** A text with a form of its own; {@code parse} throws IllegalArgumentException with the reason when it lacks that form. */
    <T> T parsed(String key, T fallback, Function<String, T> parse, Function<T, String> show, String description) {
        return read(
                key,
                fallback,
                quote(show.apply(fallback)),
                description,
                "a text in quotes",
                value -> parse.apply((String) value));
    }

    /** Reports a value that does not go with others. */
    void refuse(String key, String reason) {
        for (Source source : sources.reversed()) {
            if (source.value(key) != null) {
                problems.add(source.problem(key, label(key) + ": " + reason));
                return;
            }
        }
    }

    /** Reports what the files have and nobody asked for. To be called once everything was asked for. */
    void finish() {
        for (Source source : sources) {
            for (String key : source.keys()) {
                if (!declarations.containsKey(key)) {
                    problems.add(source.problem(key, unknown(key)));
                }
            }
        }
    }

    private String unknown(String key) {
        Optional<String> near = Spelling.nearest(key, declarations.keySet());
        return "unknown key " + label(key)
                + near.map(n -> "; did you mean " + n + "?").orElse("");
    }

    private <T> T read(
            String key, T fallback, String shown, String description, String wanted, Function<Object, T> convert) {
        declarations.put(key, new Declaration(key, shown, description));
        T result = fallback;
        for (Source source : sources) {
            Object value = source.value(key);
            if (value != null) {
                result = converted(source, key, value, result, wanted, convert);
            }
        }
        return result;
    }

    private <T> T converted(
            Source source, String key, Object value, T otherwise, String wanted, Function<Object, T> convert) {
        try {
            return convert.apply(value);
        } catch (ClassCastException e) {
            problems.add(source.problem(key, label(key) + " must be " + wanted + ", not " + TomlType.of(value)));
        } catch (IllegalArgumentException e) {
            problems.add(source.problem(key, label(key) + ": " + e.getMessage()));
        }
        return otherwise;
    }

    private String label(String key) {
        return name.isEmpty() ? key : "[" + name + "] " + key;
    }

    private static <E> List<E> array(Object value, Class<E> element) {
        TomlArray array = (TomlArray) value;
        List<E> result = new ArrayList<>(array.size());
        for (int i = 0; i < array.size(); i++) {
            @Nullable Object item = array.get(i);
            result.add(element.cast(item));
        }
        return List.copyOf(result);
    }

    private static String quote(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }
}
