import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Adds up the JUnit reports ({@code TEST-*.xml}) and TAP files ({@code *.tap}) below the target folders of everything in a folder, this
 * one unless another is named. It names what was skipped and why, and closes with "N passed, N failed, N skipped". Ends with 1 when a test
 * failed or none ran.
 */
void main(String[] arguments) throws IOException {
    Count count = new Count();
    Path root = Path.of(arguments.length == 0 ? "." : arguments[0]);
    try (Stream<Path> files = Files.walk(root, 5)) {
        for (Path file : files.filter(path -> path.toString().contains("/target/")).sorted().toList()) {
            String name = file.getFileName().toString();
            if (name.startsWith("TEST-") && name.endsWith(".xml")) {
                count.junit(Files.readString(file));
            } else if (name.endsWith(".tap")) {
                count.tap(file, Files.readAllLines(file));
            }
        }
    }
    count.skips.forEach(skip -> IO.println("skipped: " + skip));
    IO.println("%d passed, %d failed, %d skipped".formatted(count.passed, count.failed, count.skipped));
    if (count.failed > 0 || count.passed == 0) {
        System.exit(1);
    }
}

static final class Count {
    private static final Pattern SUITE = Pattern.compile("<testsuite [^>]*>");
    private static final Pattern SKIPPED =
            Pattern.compile("<testcase name=\"([^\"]*)\" classname=\"([^\"]*)\"[^>]*>\\s*<skipped(?: message=\"([^\"]*)\"|>\\s*<!\\[CDATA\\[(.*?)]]>)?");

    private final List<String> skips = new ArrayList<>();
    private int passed;
    private int failed;
    private int skipped;

    void junit(String xml) {
        Matcher suite = SUITE.matcher(xml);
        if (!suite.find()) {
            failed++;
            return;
        }
        int bad = attribute(suite.group(), "failures") + attribute(suite.group(), "errors");
        int omitted = attribute(suite.group(), "skipped");
        passed += attribute(suite.group(), "tests") - bad - omitted;
        failed += bad;
        skipped += omitted;
        Matcher skip = SKIPPED.matcher(xml);
        while (skip.find()) {
            String reason = skip.group(3) != null ? skip.group(3) : skip.group(4); // as Surefire writes it, as JUnit's own launcher does
            skips.add(skip.group(2) + "." + skip.group(1) + ": " + reason);
        }
    }

    void tap(Path file, List<String> lines) {
        int before = passed + failed + skipped;
        for (String line : lines) {
            if (line.startsWith("ok ") && line.contains("# SKIP")) {
                skipped++;
                skips.add(file + ": " + line);
            } else if (line.startsWith("ok ")) {
                passed++;
            } else if (line.startsWith("not ok ")) {
                failed++;
            }
        }
        int planned = lines.stream()
                .filter(line -> line.startsWith("1.."))
                .mapToInt(line -> Integer.parseInt(line.substring(3).strip()))
                .sum();
        failed += Math.max(0, planned - (passed + failed + skipped - before));
    }

    private static int attribute(String tag, String name) {
        Matcher value = Pattern.compile(" " + name + "=\"(\\d+)\"").matcher(tag);
        return value.find() ? Integer.parseInt(value.group(1)) : 0;
    }
}
