package io.windlass.cri.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.tomlj.TomlPosition;
import org.tomlj.TomlTable;

/** A table as one file has it. Later files come later in every list of sources, and their values win. */
record Source(Path file, TomlTable table) {
    Set<String> keys() {
        return table.keySet();
    }

    @Nullable
    Object value(String key) {
        return table.get(List.of(key));
    }

    Optional<Source> child(String key) {
        return value(key) instanceof TomlTable child ? Optional.of(new Source(file, child)) : Optional.empty();
    }

    Problem problem(String key, String text) {
        TomlPosition position = table.inputPositionOf(List.of(key));
        return new Problem(file, position == null ? 0 : position.line(), text);
    }
}
