package io.windlass.cri.config;

import org.tomlj.TomlArray;
import org.tomlj.TomlTable;

/** Names a value's type as the person who wrote the file would. */
final class TomlType {
    private TomlType() {}

    static String of(Object value) {
        return switch (value) {
            case String _ -> "a text";
            case Boolean _ -> "true or false";
            case Long _ -> "a whole number";
            case Double _ -> "a number with a fraction";
            case TomlArray _ -> "a list";
            case TomlTable _ -> "a table";
            default -> "a date or time";
        };
    }
}
