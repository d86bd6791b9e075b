package io.windlass.cri.conformance;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What {@code docs/cri-conformance.md} says: under each heading that is one name in code style, rows of a name, what it does, and what
 * shows it. Immutable.
 */
final class ConformanceTable {
    private static final Path FILE = Path.of("../docs/cri-conformance.md");
    private static final Pattern HEADING = Pattern.compile("#{2,3} `(\\w+)`");
    private static final Pattern ROW = Pattern.compile("\\| `(\\w+)` \\|(.*)\\|([^|]*)\\|");
    private static final Pattern TEST = Pattern.compile("`(\\w+(?:Test|IT))\\.(\\w+)`");
    private static final Pattern REFUSAL = Pattern.compile("refused: `([^`]+)`");

    private final Map<String, Map<String, Row>> sections;

    private ConformanceTable(Map<String, Map<String, Row>> sections) {
        this.sections = sections;
    }

    /**
     * @param name of the RPC or field
     * @param meaning what it does
     * @param shownBy names of tests, texts of refusals, or the word "informative"
     */
    record Row(String section, String name, String meaning, String shownBy) {
        /** The tests, as "Class.method". */
        List<String> tests() {
            return TEST.matcher(shownBy)
                    .results()
                    .map(test -> test.group(1) + "." + test.group(2))
                    .toList();
        }

        /** Texts of refusals; "…" stands for what differs from case to case. */
        List<String> refusals() {
            return REFUSAL.matcher(shownBy).results().map(one -> one.group(1)).toList();
        }

        /** Whether nothing depends on the value, by the CRI's own words. */
        boolean informative() {
            return shownBy.equals("informative");
        }

        /** Whether every value of it is refused, or with the message that holds it. */
        boolean refusedAlways() {
            return tests().isEmpty() && !refusals().isEmpty();
        }

        String where() {
            return section + "." + name;
        }
    }

    static ConformanceTable read() throws IOException {
        Map<String, Map<String, Row>> sections = new LinkedHashMap<>();
        String section = "";
        for (String line : Files.readAllLines(FILE)) {
            Matcher heading = HEADING.matcher(line);
            Matcher row = ROW.matcher(line);
            if (heading.matches()) {
                section = heading.group(1);
            } else if (row.matches()) {
                add(
                        sections,
                        new Row(
                                section,
                                row.group(1),
                                row.group(2).strip(),
                                row.group(3).strip()));
            }
        }
        return new ConformanceTable(sections);
    }

    private static void add(Map<String, Map<String, Row>> sections, Row row) {
        if (sections.computeIfAbsent(row.section(), _ -> new LinkedHashMap<>()).put(row.name(), row) != null) {
            throw new AssertionError(FILE + " has two rows for " + row.where());
        }
    }

    /** The rows of one section by their names; none for a section that is not there. */
    Map<String, Row> section(String name) {
        return sections.getOrDefault(name, Map.of());
    }

    List<String> sections() {
        return List.copyOf(sections.keySet());
    }

    List<Row> rows() {
        List<Row> all = new ArrayList<>();
        sections.values().forEach(section -> all.addAll(section.values()));
        return all;
    }
}
