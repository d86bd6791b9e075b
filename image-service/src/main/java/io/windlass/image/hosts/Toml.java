package io.windlass.image.hosts;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.tomlj.TomlArray;
import org.tomlj.TomlParseResult;
import org.tomlj.TomlPosition;
import org.tomlj.TomlTable;

/**
 * A table of a file that other programs read, too. Wrong values become flaws, and what nobody asked for a remark: newer versions of those
 * programs may know keys that this one does not. Not thread-safe.
 */
final class Toml {
    private final Path file;
    private final TomlTable table;
    private final int line;
    private final List<Flaw> flaws;
    private final List<Flaw> remarks;
    private final Set<String> known = new TreeSet<>();

    private Toml(Path file, TomlTable table, int line, List<Flaw> flaws, List<Flaw> remarks) {
        this.file = file;
        this.table = table;
        this.line = line;
        this.flaws = flaws;
        this.remarks = remarks;
    }

    /** Reads a whole file; what is no TOML becomes flaws. */
    static Toml read(Path file) throws IOException {
        TomlParseResult parsed = org.tomlj.Toml.parse(file);
        List<Flaw> flaws = new ArrayList<>();
        parsed.errors()
                .forEach(error ->
                        flaws.add(new Flaw(file, error.position().line(), String.valueOf(error.getMessage()))));
        return new Toml(file, parsed, 0, flaws, new ArrayList<>());
    }

    /** The same table, whose flaws are collected apart from those of the file. */
    Toml apart() {
        return new Toml(file, table, line, new ArrayList<>(), remarks);
    }

    List<Flaw> flaws() {
        return flaws;
    }

    List<Flaw> remarks() {
        return remarks;
    }

    int line() {
        return line;
    }

    int line(String key) {
        TomlPosition position = table.inputPositionOf(List.of(key));
        return position == null ? line : position.line();
    }

    /** Where a key stands: {@code file:line}. */
    String place() {
        return Flaw.place(file, line);
    }

    void flaw(String key, String text) {
        flaws.add(new Flaw(file, line(key), key + ": " + text));
    }

    void remark(String key, String text) {
        remarks.add(new Flaw(file, line(key), key + ": " + text));
    }

    boolean has(String key) {
        return value(key) != null;
    }

    /** A key that this program knows and does not use. */
    void passOver(String key, String reason) {
        if (has(key)) {
            remark(key, "is not used: " + reason);
        }
    }

    boolean isText(String key) {
        return value(key) instanceof String;
    }

    Optional<String> text(String key) {
        return typed(key, String.class, "a text");
    }

    Optional<Boolean> flag(String key) {
        return typed(key, Boolean.class, "true or false");
    }

    /** A list of texts, or one text that stands for a list. */
    List<String> texts(String key) {
        Object value = value(key);
        if (value instanceof String text) {
            return List.of(text);
        }
        List<String> result = new ArrayList<>();
        for (Object item : items(key)) {
            if (item instanceof String text) {
                result.add(text);
            } else {
                flaw(key, "must hold texts only");
                return List.of();
            }
        }
        return result;
    }

    /** The items of a list; none where the key is absent or, with a flaw, is no list. */
    List<Object> items(String key) {
        Object value = value(key);
        if (value == null) {
            return List.of();
        }
        if (!(value instanceof TomlArray array)) {
            flaw(key, "must be a list");
            return List.of();
        }
        return array.toList();
    }

    Optional<Toml> table(String key) {
        return typed(key, TomlTable.class, "a table").map(child -> child(child, line(key)));
    }

    /** The tables of a list of tables, {@code [[key]]}. */
    List<Toml> tables(String key) {
        List<Toml> result = new ArrayList<>();
        List<Object> items = items(key);
        for (int i = 0; i < items.size(); i++) {
            if (items.get(i) instanceof TomlTable child) {
                TomlPosition position = ((TomlArray) java.util.Objects.requireNonNull(value(key))).inputPositionOf(i);
                result.add(child(child, position == null ? line(key) : position.line()));
            } else {
                flaw(key, "must be a list of tables, [[" + key + "]]");
                return List.of();
            }
        }
        return result;
    }

    /** The tables in this one by their names, in the order of the file. */
    Map<String, Toml> children() {
        List<Map.Entry<String, Toml>> found = new ArrayList<>();
        for (String key : table.keySet()) {
            table(key).ifPresent(child -> found.add(Map.entry(key, child)));
        }
        found.sort(Comparator.comparingInt(entry -> entry.getValue().line));
        Map<String, Toml> result = new LinkedHashMap<>();
        found.forEach(entry -> result.put(entry.getKey(), entry.getValue()));
        return result;
    }

    /** Keys in the order of the file. */
    List<String> keys() {
        return table.keySet().stream()
                .sorted(Comparator.comparingInt((String key) -> line(key)))
                .toList();
    }

    /** To be called once everything was asked for. */
    void finish() {
        for (String key : table.keySet()) {
            if (!known.contains(key)) {
                remark(key, "is not used: this key is not known");
            }
        }
    }

    private Toml child(TomlTable child, int at) {
        return new Toml(file, child, at, flaws, remarks);
    }

    private <T> Optional<T> typed(String key, Class<T> type, String wanted) {
        Object value = value(key);
        if (value == null) {
            return Optional.empty();
        }
        if (!type.isInstance(value)) {
            flaw(key, "must be " + wanted);
            return Optional.empty();
        }
        return Optional.of(type.cast(value));
    }

    private @Nullable Object value(String key) {
        known.add(key);
        return table.get(List.of(key));
    }
}
