package io.windlass.cri.config;

import java.util.ArrayList;
import java.util.List;

/** Writes the configuration file that lists every key: commented out, with its default and what it does. */
public final class ConfigReference {
    private ConfigReference() {}

    /** Lines that start with "# " are prose; "#" right before a word is a setting to uncomment. */
    public static String text() {
        ConfigLayout layout = new ConfigLayout(List.of());
        layout.read();
        StringBuilder out = new StringBuilder("""
                # Configuration of windlassd, /etc/windlass/config.toml. Every key is here with its default.
                # Files of config.d/*.toml beside this one are read after it, in name order, and win key by key.
                # Unknown keys and wrong values are errors: windlassd --check-config shows them.
                """);
        layout.sections().forEach((name, section) -> {
            out.append('\n');
            if (!name.isEmpty()) {
                out.append("#[").append(name).append("]\n");
            }
            for (Section.Declaration declaration : section.declarations()) {
                out.append("# ").append(declaration.description()).append('\n');
                out.append('#').append(declaration.key()).append(" = ").append(declaration.fallback());
                out.append('\n');
            }
        });
        registry(out);
        return out.toString();
    }

    private static void registry(StringBuilder out) {
        Section section = new Section("registry", List.of(), new ArrayList<>());
        RegistrySettings.read(section);
        out.append("\n# One table for each registry whose images come from elsewhere; none by default.\n");
        for (Section.Declaration declaration : section.declarations()) {
            out.append("# ").append(declaration.description()).append('\n');
        }
        out.append("# For example:\n");
        out.append("#     [registry.\"docker.io\"]\n");
        out.append("#     endpoints = [\"https://mirror.example:5000\"]\n");
    }
}
